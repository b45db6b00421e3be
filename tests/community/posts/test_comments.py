"""Comments: each verb works, refuses, announces, and survives being repeated and raced."""

import asyncio

import pytest

from community import database
from community.access.policy import ANONYMOUS, Actor, Kind, Role
from community.idempotency.errors import IdempotencyKeyReused
from community.kernel.errors import Forbidden, InvalidReason, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.kernel.pages import PageRequest
from community.members import service as members
from community.members.errors import MayNotPost
from community.members.rules import Ability
from community.posts import errors, queries
from community.posts import service as posts
from community.posts.queries import CommentView, PostView
from tests.announcements import announced
from tests.factories import a_comment, a_member, a_post

pytestmark = pytest.mark.usefixtures("database")

MODERATOR = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({Role.MEMBER, Role.MODERATOR}))


async def thread(actor: Actor, post: PostView) -> list[CommentView]:
    return list((await queries.threads(actor, [post.id], PageRequest()))[0].items)


async def count(subject: PostView | CommentView) -> int:
    return (await queries.tallies_of([subject.id]))[0].comments


async def test_a_comment_stands_below_its_post_and_is_counted_and_announced_there() -> None:
    author = await a_member()
    post = await a_post(author)
    comment = await posts.comment(author, post.id, "說得**好**")
    assert (comment.depth, comment.parent_id, comment.html) == (1, None, "<p>說得<strong>好</strong></p>")
    assert await thread(ANONYMOUS, post) == [comment]
    assert await count(post) == 1
    assert (await announced(post.id))[-1] == {
        "type": "comment.written",
        "post_id": str(post.id),
        "comment_id": str(comment.id),
        "parent_id": None,
        "author_id": str(author.member_id),
        "mentioned_ids": [],
    }


async def test_a_reply_counts_for_its_comment_and_for_the_post() -> None:
    author = await a_member()
    post = await a_post(author)
    comment = await a_comment(author, post)
    reply = await posts.reply(author, comment.id, "對")
    assert (reply.depth, reply.parent_id, reply.post_id) == (2, comment.id, post.id)
    assert (await count(post), await count(comment), await count(reply)) == (2, 1, 0)


async def test_a_thread_is_eight_levels_deep() -> None:
    author = await a_member()
    comment = await a_comment(author, await a_post(author))
    for _ in range(7):
        comment = await a_comment(author, comment)
    with pytest.raises(errors.ThreadTooDeep) as caught:
        await a_comment(author, comment)
    assert caught.value.max_depth == comment.depth == 8


async def test_the_same_key_is_one_comment_even_when_raced() -> None:
    author = await a_member()
    post = await a_post(author)
    written = await asyncio.gather(*[posts.comment(author, post.id, "x", idempotency_key="k") for _ in range(6)])
    assert len({comment.id for comment in written}) == 1
    assert await count(post) == 1
    with pytest.raises(IdempotencyKeyReused):
        await posts.comment(author, (await a_post(author)).id, "x", idempotency_key="k")


async def test_a_hundred_comments_at_once_are_all_counted() -> None:
    author = await a_member()
    post = await a_post(author)
    await asyncio.gather(*[a_comment(author, post, f"{n}") for n in range(100)])
    assert await count(post) == 100


async def test_comments_are_refused_where_nothing_stands_or_nobody_may_write() -> None:
    author, restricted = await a_member(), await a_member()
    post = await a_post(author)
    comment = await a_comment(author, post)
    with pytest.raises(Unauthenticated):
        await posts.comment(ANONYMOUS, post.id, "x")
    with pytest.raises(NotFound):
        await posts.comment(author, new_id(), "x")
    with pytest.raises(NotFound):
        await posts.reply(author, post.id, "x")
    with pytest.raises(errors.TextTooLong):
        await posts.comment(author, post.id, "x" * 2_001)
    await members.restrict(MODERATOR, restricted.member_id, Ability.POST, reason="spam")
    with pytest.raises(MayNotPost):
        await posts.comment(restricted, post.id, "x")
    await posts.remove_comment(author, comment.id)
    with pytest.raises(NotFound):
        await posts.reply(restricted, comment.id, "x")
    with pytest.raises(errors.AlreadyRemoved):
        await posts.reply(author, comment.id, "x")
    await posts.remove(author, post.id)
    with pytest.raises(errors.AlreadyRemoved):
        await posts.comment(author, post.id, "x")
    with pytest.raises(NotFound):
        await posts.comment(restricted, post.id, "x")


async def test_an_edited_comment_keeps_what_it_said() -> None:
    author = await a_member()
    post = await a_post(author)
    comment = await a_comment(author, post, "舊")
    edited = await posts.edit_comment(author, comment.id, "新")
    assert (edited.source, edited.html) == ("新", "<p>新</p>")
    assert edited.edited_at is not None
    assert await posts.edit_comment(author, comment.id, "新") == edited
    assert await database.fetch_value("select source from posts_revision where subject_id = $1", comment.id) == "舊"
    assert [fact["type"] for fact in await announced(post.id)] == ["post.written", "comment.written", "comment.edited"]


async def test_only_the_author_edits_a_comment_and_only_while_it_stands() -> None:
    author = await a_member()
    comment = await a_comment(author, await a_post(author))
    for stranger in (await a_member(), MODERATOR):
        with pytest.raises(errors.NotTheAuthor):
            await posts.edit_comment(stranger, comment.id, "y")
    await posts.remove_comment(author, comment.id)
    with pytest.raises(errors.AlreadyRemoved):
        await posts.edit_comment(author, comment.id, "y")


async def test_a_removed_comment_keeps_its_place_while_it_has_replies_and_says_nothing() -> None:
    author, reader = await a_member(), await a_member()
    post = await a_post(author)
    answered, lonely = await a_comment(author, post), await a_comment(author, post)
    reply = await a_comment(reader, answered)
    await posts.remove_comment(author, answered.id)
    await posts.remove_comment(author, lonely.id)
    (placeholder,) = await thread(reader, post)
    assert placeholder.id == answered.id
    assert placeholder.is_removed
    assert (placeholder.source, placeholder.html, placeholder.author_id, placeholder.removal_reason) == (None,) * 4
    assert (await queries.replies(reader, [answered.id], PageRequest()))[0].items == [reply]
    assert [comment.source for comment in await thread(author, post)] == ["說得好", "說得好"]
    assert [comment.source for comment in await thread(MODERATOR, post)] == ["說得好", "說得好"]


async def test_removing_a_comment_counts_and_is_announced_once_however_often() -> None:
    author = await a_member()
    post = await a_post(author)
    comment = await a_comment(author, post)
    reply = await a_comment(author, comment)
    await asyncio.gather(*[posts.remove_comment(author, reply.id) for _ in range(5)])
    assert (await count(post), await count(comment)) == (1, 0)
    assert [fact["type"] for fact in await announced(post.id)].count("comment.removed") == 1


async def test_moderators_remove_comments_with_a_reason_and_others_cannot() -> None:
    author = await a_member()
    comment = await a_comment(author, await a_post(author))
    with pytest.raises(Forbidden):
        await posts.remove_comment(await a_member(), comment.id, "no")
    with pytest.raises(InvalidReason):
        await posts.remove_comment(MODERATOR, comment.id)
    assert (await posts.remove_comment(MODERATOR, comment.id, "廣告")).removal_reason == "廣告"


async def test_a_page_of_many_threads_is_one_statement_and_goes_on_after_its_cursor() -> None:
    author = await a_member()
    written = [await a_post(author, f"{n}") for n in range(3)]
    for post in written[:2]:
        for n in range(3):
            await a_comment(author, post, f"{n}")
    with database.counting_statements() as counted:
        pages = await queries.threads(author, [post.id for post in written], PageRequest.of(first=2))
    assert counted.count == 1
    assert [[comment.source for comment in page.items] for page in pages] == [["0", "1"], ["0", "1"], []]
    assert [page.has_next for page in pages] == [True, True, False]
    (rest,) = await queries.threads(author, [written[0].id], PageRequest.of(first=2, after=pages[0].cursors[-1]))
    assert [comment.source for comment in rest.items] == ["2"]
    (last,) = await queries.threads(author, [written[0].id], PageRequest.of(last=2))
    assert [comment.source for comment in last.items] == ["1", "2"]


async def test_a_comment_is_visible_only_with_its_post() -> None:
    author, reader = await a_member(), await a_member()
    post = await a_post(author)
    comment = await a_comment(reader, post)
    assert await queries.comments(reader, [comment.id, new_id()]) == {comment.id: comment}
    await posts.remove(author, post.id)
    assert await queries.comments(reader, [comment.id]) == {}
    assert await queries.comments(MODERATOR, [comment.id]) == {comment.id: comment}
