"""How often each hashtag is used, as the hearers keep it."""

from datetime import UTC, datetime

import pytest

from community.kernel import clock
from community.kernel.errors import BadInput
from community.kernel.pages import PageRequest
from community.posts import queries
from community.posts import service as posts
from community.posts.queries import HASHTAG_SHAPE
from tests.announcements import everything_is_heard
from tests.factories import a_member, a_post

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


async def used(name: str) -> int:
    found = await queries.hashtag(name)
    return found.post_count if found else -1


async def test_posts_are_counted_per_hashtag_through_edits_and_removals_even_when_heard_twice() -> None:
    author = await a_member()
    with clock.frozen(NOW):
        first = await a_post(author, "#台北 #美食")
        second = await a_post(author, "#台北")
    await posts.edit(author, first.id, "#台北 #咖啡")
    await posts.remove(author, second.id)
    await everything_is_heard(by="posts", times=2)
    assert [await used(name) for name in ("＃台北", "美食", "咖啡", "高雄")] == [1, 0, 1, -1]
    hashtag = await queries.hashtag("美食")
    assert hashtag is not None
    assert hashtag.last_used_at == NOW


async def test_a_hashtag_exists_from_the_moment_it_is_written() -> None:
    await a_post(await a_member(), "#Ｂｏｏｋ")
    hashtag = await queries.hashtag("book")
    assert hashtag is not None
    assert (hashtag.name, hashtag.post_count) == ("book", 0)
    assert await queries.hashtags([hashtag.id]) == {hashtag.id: hashtag}


async def test_the_most_used_come_first_page_by_page_and_by_their_beginning() -> None:
    author = await a_member()
    for source in ("#台北 #台中 #a_b", "#台北 #台中", "#台北 #axb"):
        await a_post(author, source)
    await everything_is_heard(by="posts")
    first = await queries.popular(PageRequest.of(first=2))
    assert [(tag.name, tag.post_count) for tag in first.items] == [("台北", 3), ("台中", 2)]
    rest = await queries.popular(PageRequest.of(first=5, after=first.cursors[-1], shape=HASHTAG_SHAPE))
    assert {tag.name for tag in rest.items} == {"a_b", "axb"}
    assert [tag.name for tag in (await queries.popular(PageRequest(), "＃台")).items] == ["台北", "台中"]
    assert [tag.name for tag in (await queries.popular(PageRequest(), "A_")).items] == ["a_b"]
    assert (await queries.popular(PageRequest(), "\x00\ud800%")).items == []


@pytest.mark.parametrize("name", ["", "#", "a b", "123", "\u200b", "x\x00", "#" + "。"])
async def test_what_can_be_no_hashtag_is_bad_input(name: str) -> None:
    with pytest.raises(BadInput):
        await queries.hashtag(name)
