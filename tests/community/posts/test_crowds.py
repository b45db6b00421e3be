"""Many who look at the same post or comment are each shown what they would be shown alone."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from community import database
from community.access.policy import ANONYMOUS, SYSTEM, Actor, Kind, Role, Scope
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
    elsewhere = replace(fan, session_id=UUID(int=1))
    partner = Actor(kind=Kind.PARTNER, key_id=UUID(int=2), scopes=frozenset({Scope.EVENTS_READ}))
    everybody = [author, commenter, blocks_author, blocked, fan, moderator, ANONYMOUS, elsewhere, partner, SYSTEM]
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
    alone = [[*(await queries.posts(actor, [post_id])).values()] for actor in everybody]
    assert await queries.posts_for([(actor, (post_id,)) for actor in everybody]) == alone
    alone_with = [await queries.comments(actor, comment_ids) for actor in everybody]
    assert await queries.comments_for([(actor, tuple(comment_ids)) for actor in everybody]) == [
        [views[id] for id in comment_ids if id in views] for views in alone_with
    ]


async def test_what_is_not_there_is_shown_to_nobody() -> None:
    for read in (queries.posts_for, queries.comments_for):
        assert await read([(ANONYMOUS, (UUID(int=1),))]) == [[]]


async def test_who_looks_at_what_is_hidden_from_them_sees_the_rest() -> None:
    """Each look is one of its own: what one may see of this is not what another may see of that."""
    author, blocked = await a_member(), await a_member()
    await members.block(author, blocked.member_id)
    seen, hidden = await a_post(await a_member()), await a_post(author)
    looks = [(blocked, (hidden.id, seen.id)), (author, (hidden.id,)), (blocked, (hidden.id,))]
    found = await queries.posts_for(looks)
    assert [[view.id for view in views] for views in found] == [[seen.id], [hidden.id], []]


async def test_who_see_the_same_are_shown_the_same_object() -> None:
    post = await a_post(await a_member())
    (one,), (other,) = await queries.posts_for([(await a_member(), (post.id,)), (ANONYMOUS, (post.id,))])
    assert one is other


async def test_a_crowd_costs_as_much_as_one() -> None:
    crowd = [await a_member() for _ in range(5)]
    post = await a_post(crowd[1])
    comments = [await a_comment(crowd[0], post) for _ in range(3)]
    with database.counting_statements() as counted:
        found = await queries.comments_for([(actor, tuple(each.id for each in comments)) for actor in crowd])
    assert [len(views) for views in found] == [3] * 5
    assert counted.count == 2
