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
    assert await queries.post_for(everybody, post_id) == alone
    for each in comment_ids:
        alone_with = [(await queries.comments(actor, [each])).get(each) for actor in everybody]
        assert await queries.comment_for(everybody, each) == alone_with


async def test_what_is_not_there_is_shown_to_nobody() -> None:
    assert await queries.post_for([ANONYMOUS], UUID(int=1)) == [None]
    assert await queries.comment_for([ANONYMOUS], UUID(int=1)) == [None]


async def test_a_crowd_costs_as_much_as_one() -> None:
    crowd = [await a_member() for _ in range(5)]
    comment = await a_comment(crowd[0], await a_post(crowd[1]))
    with database.counting_statements() as counted:
        assert all(await queries.comment_for(crowd, comment.id))
    assert counted.count == 2
