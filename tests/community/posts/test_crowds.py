"""Many who look at the same post or comment are each shown what they would be shown alone."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from community import database
from community.access.policy import ANONYMOUS, Actor, Role
from community.members import service as members
from community.posts import queries
from community.posts import service as posts
from tests.factories import a_comment, a_member, a_post

pytestmark = pytest.mark.usefixtures("database")


async def test_each_of_many_sees_what_they_would_see_alone() -> None:
    author, commenter, blocks_author, blocked, fan = [await a_member() for _ in range(5)]
    moderator = await a_member(roles=frozenset({Role.MODERATOR}))
    await members.block(blocks_author, author.member_id)
    await members.block(commenter, blocked.member_id)
    everybody = [author, commenter, blocks_author, blocked, fan, moderator, ANONYMOUS]
    post = await a_post(author)
    stands, removed, answered = [await a_comment(commenter, post, text) for text in ("1", "2", "3")]
    await a_comment(fan, answered)
    for comment in (removed, answered):
        await posts.remove_comment(commenter, comment.id)
    await as_alone(everybody, post.id, [stands.id, removed.id, answered.id])
    await posts.remove(author, post.id)
    await as_alone(everybody, post.id, [stands.id, removed.id, answered.id])


async def as_alone(everybody: Sequence[Actor], post_id: UUID, comment_ids: Sequence[UUID]) -> None:
    """Everybody at once, and one by one."""
    alone = [(await queries.posts(actor, [post_id])).get(post_id) for actor in everybody]
    assert await queries.posts_for([(actor, post_id) for actor in everybody]) == alone
    looks = [(actor, each) for each in comment_ids for actor in everybody]
    alone_with = [(await queries.comments(actor, [each])).get(each) for actor, each in looks]
    assert await queries.comments_for(looks) == alone_with


async def test_what_is_not_there_is_shown_to_nobody() -> None:
    for read in (queries.posts_for, queries.comments_for):
        assert await read([(ANONYMOUS, UUID(int=1))]) == [None]
        assert await read([]) == []


async def test_who_looks_at_what_is_hidden_from_them_sees_the_rest() -> None:
    """Each look is one of its own: what one may see of this is not what another may see of that."""
    author, blocked = await a_member(), await a_member()
    await members.block(author, blocked.member_id)
    seen, hidden = await a_post(await a_member()), await a_post(author)
    looks = [(blocked, hidden.id), (author, hidden.id), (blocked, seen.id)]
    assert [view and view.id for view in await queries.posts_for(looks)] == [None, hidden.id, seen.id]


async def test_a_crowd_costs_as_much_as_one() -> None:
    crowd = [await a_member() for _ in range(5)]
    post = await a_post(crowd[1])
    comments = [await a_comment(crowd[0], post) for _ in range(3)]
    with database.counting_statements() as counted:
        assert all(await queries.comments_for([(actor, each.id) for actor in crowd for each in comments]))
    assert counted.count == 2
