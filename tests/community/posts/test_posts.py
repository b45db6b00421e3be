"""Posts: each verb works, refuses, announces, and survives being repeated and raced."""

import asyncio
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from community import database
from community.access.policy import ANONYMOUS, Actor, Kind, Role
from community.idempotency.errors import IdempotencyKeyReused
from community.kernel import clock
from community.kernel.errors import Forbidden, InvalidReason, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.members import service as members
from community.members.errors import MayNotPost
from community.members.rules import Ability
from community.posts import errors, queries
from community.posts import service as posts
from community.posts.rules.hashtags import hashtag_id
from tests.announcements import announced
from tests.factories import a_member, a_post

pytestmark = pytest.mark.usefixtures("database")

MODERATOR = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({Role.MEMBER, Role.MODERATOR}))
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


async def tagged(name: str) -> set[object]:
    rows = await database.fetch("select post_id from posts_tagging where hashtag_id = $1", hashtag_id(name))
    return {row["post_id"] for row in rows}


async def test_a_written_post_is_kept_rendered_tagged_and_announced() -> None:
    author, anna = await a_member(), await a_member(handle="Anna")
    with clock.frozen(NOW):
        post = await posts.write(author, "今天和@anna吃#台北美食#真好吃\r\n")
    assert post.source == "今天和@anna吃#台北美食#真好吃"
    assert 'href="/members/anna"' in post.html
    assert post.hashtags == ["台北美食", "真好吃"]
    assert post.mentioned_ids == [anna.member_id]
    assert (post.author_id, post.written_at, post.edited_at) == (author.member_id, NOW, None)
    assert await tagged("真好吃") == {post.id}
    assert await announced(post.id) == [
        {
            "type": "post.written",
            "post_id": str(post.id),
            "author_id": str(author.member_id),
            "hashtag_ids": [str(hashtag_id("台北美食")), str(hashtag_id("真好吃"))],
            "mentioned_ids": [str(anna.member_id)],
            "written_at": NOW.isoformat(),
        }
    ]


async def test_who_is_not_signed_in_or_restricted_cannot_write() -> None:
    author = await a_member()
    with pytest.raises(Unauthenticated):
        await posts.write(ANONYMOUS, "x")
    await members.restrict(MODERATOR, author.member_id, Ability.POST, reason="spam")
    with pytest.raises(MayNotPost):
        await posts.write(author, "x")
    assert await database.fetch_value("select count(*) from posts_post") == 0


async def test_the_same_key_and_text_is_one_post_even_when_raced() -> None:
    author = await a_member()
    written = await asyncio.gather(*[posts.write(author, "一次 #tag", idempotency_key="k") for _ in range(8)])
    assert len({post.id for post in written}) == 1
    assert await database.fetch_value("select count(*) from posts_post") == 1
    assert len(await announced(written[0].id)) == 1


async def test_among_many_who_write_at_the_same_moment_only_who_may_not_is_refused() -> None:
    authors = [await a_member() for _ in range(8)]
    await members.restrict(MODERATOR, authors[5].member_id, Ability.POST, reason="spam")
    twice = await posts.write(authors[6], "x", idempotency_key="k")
    with capture_logs() as logs:
        outcomes = await asyncio.gather(
            *[posts.write(author, "x", idempotency_key="k") for author in authors], return_exceptions=True
        )
    assert not [line for line in logs if line["event"] == "a group fell apart"]
    assert isinstance(outcomes[5], MayNotPost)
    assert outcomes[6] == twice
    assert await database.fetch_value("select count(*) from posts_post") == 7
    assert await database.fetch_value("select count(*) from idempotency_key") == 7
    await members.restore(MODERATOR, authors[5].member_id, Ability.POST)
    assert (await posts.write(authors[5], "y", idempotency_key="k")).source == "y"


async def test_a_key_belongs_to_one_text_of_one_member() -> None:
    author, other = await a_member(), await a_member()
    post = await posts.write(author, "x", idempotency_key="k")
    with pytest.raises(IdempotencyKeyReused):
        await posts.write(author, "y", idempotency_key="k")
    assert (await posts.write(other, "y", idempotency_key="k")).id != post.id


async def test_a_repeated_request_gets_its_post_although_its_author_may_not_post_any_more() -> None:
    author, moderator = await a_member(), await a_member(roles=frozenset({Role.MODERATOR}))
    post = await posts.write(author, "x", idempotency_key="k")
    await members.restrict(moderator, author.member_id, Ability.POST, reason="spam")
    assert (await posts.write(author, "x", idempotency_key="k")).id == post.id
    for key in (None, "another"):
        with pytest.raises(MayNotPost):
            await posts.write(author, "x", idempotency_key=key)


async def test_writers_who_use_the_same_new_hashtags_in_any_order_do_not_wait_for_each_other_for_ever() -> None:
    author = await a_member()
    tags = [f"#tag{n}" for n in range(20)]
    written = await asyncio.gather(
        *[posts.write(author, " ".join(tags if n % 2 else reversed(tags))) for n in range(10)]
    )
    assert await tagged("tag7") == {post.id for post in written}


async def test_an_edit_changes_text_and_tags_and_keeps_what_was_said() -> None:
    author = await a_member()
    post = await a_post(author, "舊 #a #b")
    edited = await posts.edit(author, post.id, "新 #b #c")
    assert edited.source == "新 #b #c"
    assert edited.edited_at is not None
    assert (await tagged("a"), await tagged("b"), await tagged("c")) == (set(), {post.id}, {post.id})
    assert await database.fetch_value("select source from posts_revision where subject_id = $1", post.id) == "舊 #a #b"
    fact = (await announced(post.id))[-1]
    assert fact["type"] == "post.edited"
    assert fact["added_hashtag_ids"] == [str(hashtag_id("c"))]
    assert fact["dropped_hashtag_ids"] == [str(hashtag_id("a"))]


async def test_an_edit_to_the_same_text_is_none() -> None:
    author = await a_member()
    post = await a_post(author, "x")
    assert await posts.edit(author, post.id, "x\n") == post
    assert [fact["type"] for fact in await announced(post.id)] == ["post.written"]


async def test_edits_that_race_are_all_kept_in_turn() -> None:
    author = await a_member()
    post = await a_post(author, "0")
    await asyncio.gather(*[posts.edit(author, post.id, f"{n} #t{n}") for n in range(1, 6)])
    final = await queries.post(author, post.id)
    said = await database.fetch("select source from posts_revision where subject_id = $1", post.id)
    assert {row["source"] for row in said} | {final.source} == {"0", *(f"{n} #t{n}" for n in range(1, 6))}
    assert await database.fetch_value("select count(*) from posts_tagging where post_id = $1", post.id) == 1


async def test_only_the_author_edits_and_only_what_stands() -> None:
    author = await a_member()
    post = await a_post(author)
    for stranger in (await a_member(), MODERATOR):
        with pytest.raises(errors.NotTheAuthor):
            await posts.edit(stranger, post.id, "y")
    with pytest.raises(NotFound):
        await posts.edit(author, new_id(), "y")
    with pytest.raises(Unauthenticated):
        await posts.edit(ANONYMOUS, post.id, "y")
    await posts.remove(author, post.id)
    with pytest.raises(errors.AlreadyRemoved):
        await posts.edit(author, post.id, "y")


async def test_who_was_restricted_cannot_edit() -> None:
    author = await a_member()
    post = await a_post(author)
    await members.restrict(MODERATOR, author.member_id, Ability.POST, reason="spam")
    with pytest.raises(MayNotPost):
        await posts.edit(author, post.id, "spam")


async def test_a_removed_post_is_gone_for_others_and_announced_once_however_often_it_is_removed() -> None:
    author, reader = await a_member(), await a_member()
    post = await a_post(author, "x #tag")
    await asyncio.gather(*[posts.remove(author, post.id) for _ in range(5)])
    with pytest.raises(NotFound):
        await queries.post(reader, post.id)
    assert (await queries.post(author, post.id)).is_removed
    assert await tagged("tag") == set()
    assert [fact["type"] for fact in await announced(post.id)] == ["post.written", "post.removed"]


async def test_a_moderator_removes_with_a_reason_that_the_author_can_read() -> None:
    author = await a_member()
    post = await a_post(author)
    with pytest.raises(InvalidReason):
        await posts.remove(MODERATOR, post.id)
    removed = await posts.remove(MODERATOR, post.id, "廣告")
    assert (removed.removed_by, removed.removal_reason) == (MODERATOR.member_id, "廣告")
    assert (await queries.post(author, post.id)).removal_reason == "廣告"


async def test_others_cannot_remove() -> None:
    post = await a_post(await a_member())
    with pytest.raises(Forbidden):
        await posts.remove(await a_member(), post.id, "no")
    with pytest.raises(Unauthenticated):
        await posts.remove(ANONYMOUS, post.id)
    assert not (await queries.post(ANONYMOUS, post.id)).is_removed


async def test_a_refused_text_leaves_nothing_behind() -> None:
    author = await a_member()
    for source, problem in (
        ("\u200b\u2060", errors.EmptyText),
        ("x" * 10_001, errors.TextTooLong),
        ("#" + "好" * 1_000, errors.HashtagTooLong),
    ):
        with pytest.raises(problem):
            await posts.write(author, source, idempotency_key="k")
    assert await database.fetch_value("select count(*) from posts_hashtag") == 0
    assert (await posts.write(author, "x" * 10_000, idempotency_key="k")).source == "x" * 10_000


async def test_text_that_databases_dislike_is_kept_without_what_they_dislike() -> None:
    post = await a_post(await a_member(), "a\x00b\ud800c '\\ \ufffe $1 {x} %s 🍜")
    assert post.source == "abc '\\ \ufffe $1 {x} %s 🍜"


async def test_rows_of_an_older_renderer_read_fresh_and_are_refreshed_for_good() -> None:
    author = await a_member(handle="anna")
    post = await a_post(author, "@anna #x")
    await outdate(post.id)
    assert (await queries.post(author, post.id)).html == post.html
    assert await posts.refresh_renderings() == 1
    assert await posts.refresh_renderings() == 0
    assert await database.fetch_value("select html from posts_post where id = $1", post.id) == post.html


@database.transaction()
async def outdate(post_id: object) -> None:
    await database.execute("update posts_post set renderer = 0, html = '<p>old</p>' where id = $1", post_id)
