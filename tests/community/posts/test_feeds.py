"""Feeds, search and sight: who finds what, in which order, page by page."""

import random

import pytest

from community import database
from community.access.policy import ANONYMOUS, Actor, Kind, Role
from community.kernel.errors import BadInput, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.kernel.pages import Page, PageRequest
from community.members import service as members
from community.posts import queries
from community.posts import service as posts
from community.posts.queries import Filter, Order, PostView
from community.posts.rules.hashtags import hashtag_id
from tests.factories import a_comment, a_member, a_post

pytestmark = pytest.mark.usefixtures("database")

MODERATOR = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({Role.MEMBER, Role.MODERATOR}))
PAGE = PageRequest()


def sources(page: Page[PostView]) -> list[str]:
    return [post.source for post in page.items]


async def found(query: str, actor: Actor = ANONYMOUS) -> list[str]:
    return sources(await queries.matching(actor, query, PAGE))


async def test_all_of_a_kind_ask_with_one_statement_and_see_their_own() -> None:
    mei, tom, moderator = await a_member(), await a_member(), await a_member(roles={Role.MODERATOR})
    await a_post(tom, "Hello")
    assert tom.member_id
    await members.block(mei, tom.member_id)
    with database.counting_statements() as counted:
        seen = [sources(await queries.feed(each, PAGE)) for each in (mei, tom, moderator)]
    assert seen == [[], ["Hello"], ["Hello"]]
    assert counted.statements[0] == counted.statements[1] != counted.statements[2]


async def test_everything_comes_newest_first_or_oldest_first() -> None:
    author = await a_member()
    for n in range(3):
        await a_post(author, f"{n}")
    assert sources(await queries.feed(ANONYMOUS, PAGE)) == ["2", "1", "0"]
    assert sources(await queries.feed(ANONYMOUS, PAGE, order=Order.OLDEST_FIRST)) == ["0", "1", "2"]


@pytest.mark.parametrize("order", Order)
async def test_pages_join_without_gap_whatever_is_written_or_removed_meanwhile(order: Order) -> None:
    author = await a_member()
    written = [await a_post(author, f"{n}") for n in range(7)]
    expected = [post.id for post in (written if order is Order.OLDEST_FIRST else written[::-1])]
    first = await queries.feed(author, PageRequest.of(first=3), order=order)
    await posts.remove(author, first.items[-1].id)
    if order is Order.NEWEST_FIRST:
        await a_post(author, "later")
    rest = await queries.feed(author, PageRequest.of(first=10, after=first.cursors[-1]), order=order)
    assert [post.id for post in (*first.items, *rest.items)] == expected
    assert (first.has_next, rest.has_next, rest.has_previous) == (True, False, True)
    back = await queries.feed(author, PageRequest.of(last=2, before=rest.cursors[1]), order=order)
    assert [post.id for post in back.items] == [expected[1], expected[3]]


async def test_the_feed_of_an_author_or_a_hashtag_or_both_holds_only_theirs() -> None:
    mei, tom = await a_member(), await a_member()
    await a_post(mei, "1 #台北")
    await a_post(tom, "2 ＃台北")
    await a_post(mei, "3")
    edited = await a_post(mei, "4 #台北")
    await posts.edit(mei, edited.id, "4")
    assert sources(await queries.feed(ANONYMOUS, PAGE, Filter(author_id=mei.member_id))) == ["4", "3", "1 #台北"]
    assert sources(await queries.feed(ANONYMOUS, PAGE, Filter(hashtag="台北"))) == ["2 ＃台北", "1 #台北"]
    assert sources(await queries.feed(ANONYMOUS, PAGE, Filter(mei.member_id, "台北"))) == ["1 #台北"]
    assert sources(await queries.feed(ANONYMOUS, PAGE, Filter(hashtag="高雄"))) == []


async def test_home_is_ones_own_and_those_one_follows_or_everybody() -> None:
    mei, tom, eva = await a_member(), await a_member(), await a_member()
    for actor, source in ((mei, "mei"), (tom, "tom"), (eva, "eva"), (tom, "tom 2")):
        await a_post(actor, source)
    assert sources(await queries.home(mei, PAGE)) == ["tom 2", "eva", "tom", "mei"]
    await members.follow(mei, tom.member_id)
    with database.counting_statements() as counted:
        assert sources(await queries.home(mei, PAGE)) == ["tom 2", "tom", "mei"]
    assert counted.count == 1
    first = await queries.home(mei, PageRequest.of(first=1))
    rest = await queries.home(mei, PageRequest.of(first=5, after=first.cursors[0]))
    assert (sources(first), sources(rest)) == (["tom 2"], ["tom", "mei"])
    assert sources(await queries.home(mei, PageRequest.of(last=2))) == ["tom", "mei"]
    with pytest.raises(Unauthenticated):
        await queries.home(ANONYMOUS, PAGE)


async def test_who_is_blocked_is_not_met_anywhere_in_either_direction() -> None:
    mei, tom = await a_member(), await a_member()
    post = await a_post(mei, "南湖 #tag")
    comment = await a_comment(mei, await a_post(await a_member(), "中立"))
    await members.block(mei, tom.member_id)
    await a_post(tom, "北湖 #tag")
    for reader, other in ((tom, "南湖"), (mei, "北湖")):
        assert sources(await queries.home(reader, PAGE)) == sources(await queries.feed(reader, PAGE))
        assert len(await found(other)) == 1
        assert await found(other, reader) == []
        assert all(other not in source for source in sources(await queries.feed(reader, PAGE, Filter(hashtag="tag"))))
    assert await queries.posts(tom, [post.id]) == {}
    assert await queries.comments(tom, [comment.id]) == {}
    assert (await queries.threads(tom, [comment.post_id], PAGE))[0].items == []
    assert len(await queries.posts(MODERATOR, [post.id])) == 1


async def test_removed_posts_leave_every_feed_and_only_their_author_and_staff_find_them_by_id() -> None:
    author, reader = await a_member(), await a_member()
    post = await a_post(author, "南湖 #tag")
    await posts.remove(author, post.id)
    for actor in (author, reader, MODERATOR):
        assert await found("南湖", actor) == []
        assert sources(await queries.feed(actor, PAGE)) == []
        assert sources(await queries.feed(actor, PAGE, Filter(hashtag="tag"))) == []
    assert set(await queries.posts(author, [post.id])) == {post.id} == set(await queries.posts(MODERATOR, [post.id]))
    for actor in (reader, ANONYMOUS):
        with pytest.raises(NotFound):
            await queries.post(actor, post.id)


async def test_two_characters_find_the_word_and_not_its_mirror() -> None:
    author = await a_member()
    for source in ("地理位置很好，在南湖旁邊", "我是湖南人", "南 湖", "買了iPhone手機"):
        await a_post(author, source)
    assert await found("南湖") == ["地理位置很好，在南湖旁邊"]
    assert await found("湖南") == ["我是湖南人"]
    assert await found("湖") == ["南 湖", "我是湖南人", "地理位置很好，在南湖旁邊"]
    assert await found("手機") == await found("ＩＰＨＯＮＥ手機") == await found("ipho") == ["買了iPhone手機"]
    assert await found("phone") == []


async def test_a_longer_word_is_a_phrase_and_words_between_spaces_are_all_needed() -> None:
    author = await a_member()
    await a_post(author, "台北的北美館有美食")
    await a_post(author, "台北美食地圖")
    assert await found("台北美食") == ["台北美食地圖"]
    assert await found("美食 台北") == ["台北美食地圖", "台北的北美館有美食"]
    assert await found("美食 高雄") == []


async def test_search_sees_what_readers_see_and_follows_edits() -> None:
    author = await a_member()
    post = await a_post(author, "**粗**體字 [連結文字](https://hidden.example) <b>標籤</b>")
    assert len(await found("粗體")) == len(await found("連結")) == len(await found("標籤")) == 1
    assert await found("hidden") == []
    await posts.edit(author, post.id, "改了")
    assert await found("粗體") == []
    assert await found("改了") == ["改了"]


async def test_search_goes_on_after_its_cursor() -> None:
    author = await a_member()
    for n in range(5):
        await a_post(author, f"好書 {n}")
    first = await queries.matching(author, "好書", PageRequest.of(first=2))
    rest = await queries.matching(author, "好書", PageRequest.of(first=9, after=first.cursors[-1]))
    assert sources(first) + sources(rest) == [f"好書 {n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("query", ["", " ", "🍜", "\x00", "' | !", "x" * 101])
async def test_a_search_for_nothing_or_too_much_is_bad_input(query: str) -> None:
    with pytest.raises(BadInput):
        await queries.matching(ANONYMOUS, query, PAGE)


async def test_any_text_can_be_written_and_any_piece_of_it_searched_for() -> None:
    author, chance = await a_member(), random.Random(1)
    alphabet = "台北美食ab1 '\\:*&|!()<->\"，\ud800\x00\u200b🍜ﷺกิ́İß"
    for _ in range(60):
        source = "x" + "".join(chance.choices(alphabet, k=30))
        await a_post(author, source)
        await queries.matching(author, source, PAGE)
    assert len(await found("x")) <= 20


async def test_a_word_as_long_as_a_post_is_written_and_found_by_its_beginning() -> None:
    await a_post(await a_member(), "w" * 10_000)
    assert len(await found("w" * 100)) == 1


async def test_the_feeds_of_many_hashtags_are_one_statement() -> None:
    author = await a_member()
    for source in ("1 #a", "2 #a #b", "3 #a"):
        await a_post(author, source)
    ids = [hashtag_id(name) for name in ("b", "a", "none")]
    for actor in (ANONYMOUS, author, MODERATOR):
        with database.counting_statements() as counted:
            pages = await queries.tagged(actor, ids, PageRequest.of(first=2))
        assert counted.count == 1
        assert [sources(page) for page in pages] == [["2 #a #b"], ["3 #a", "2 #a #b"], []]
    (rest,) = await queries.tagged(author, [ids[1]], PageRequest.of(first=2, after=pages[1].cursors[-1]))
    assert sources(rest) == ["1 #a"]
