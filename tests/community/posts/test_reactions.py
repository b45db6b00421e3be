"""Reactions and counters: one of each kind per member, and exact however many come at once."""

import asyncio
from uuid import UUID

import pytest

from community import database
from community.access.policy import ANONYMOUS, Role
from community.kernel.errors import NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.members import service as members
from community.members.errors import MayNotPost
from community.members.rules import Ability
from community.posts import errors, jobs, queries
from community.posts import service as posts
from community.posts.rules.reactions import Reaction
from tests.announcements import announced
from tests.deadlines import eventually
from tests.factories import a_comment, a_member, a_post

pytestmark = pytest.mark.usefixtures("database")

LIKE, LOVE = Reaction.LIKE, Reaction.LOVE


async def counts(subject_id: UUID) -> dict[Reaction, int]:
    return dict((await queries.tallies_of([subject_id]))[0].reactions)


async def test_a_reaction_is_counted_and_announced_once_however_often_it_is_given() -> None:
    author, fan = await a_member(), await a_member()
    post = await a_post(author)
    await asyncio.gather(*[posts.react(fan, post.id, LIKE) for _ in range(8)])
    assert await counts(post.id) == {LIKE: 1}
    assert [fact for fact in await announced(post.id) if fact["type"] == "reaction.added"] == [
        {
            "type": "reaction.added",
            "subject_id": str(post.id),
            "author_id": str(author.member_id),
            "member_id": str(fan.member_id),
            "kind": "like",
        }
    ]


async def test_kinds_and_members_and_subjects_count_apart() -> None:
    author, fan = await a_member(), await a_member()
    post = await a_post(author)
    comment = await a_comment(author, post)
    for actor, subject_id, kind in (
        (author, post.id, LIKE),
        (fan, post.id, LIKE),
        (fan, post.id, LOVE),
        (fan, comment.id, LOVE),
    ):
        await posts.react(actor, subject_id, kind)
    ids = [comment.id, post.id, new_id()]
    assert [dict(each.reactions) for each in await queries.tallies_of(ids)] == [{LOVE: 1}, {LIKE: 2, LOVE: 1}, {}]
    assert await queries.reactions_of(fan, ids) == [(LOVE,), (LIKE, LOVE), ()]
    assert await queries.reactions_of(ANONYMOUS, ids) == [(), (), ()]


async def test_taking_a_reaction_back_once_is_enough() -> None:
    fan = await a_member()
    post = await a_post(await a_member())
    await posts.react(fan, post.id, LIKE)
    await asyncio.gather(*[posts.unreact(fan, post.id, LIKE) for _ in range(5)])
    assert await counts(post.id) == {}
    assert [fact["type"] for fact in await announced(post.id)][1:] == ["reaction.added", "reaction.removed"]
    await posts.react(fan, post.id, LIKE)
    assert await counts(post.id) == {LIKE: 1}


async def test_reactions_are_refused_where_nothing_stands() -> None:
    author, fan = await a_member(), await a_member()
    post = await a_post(author)
    with pytest.raises(Unauthenticated):
        await posts.react(ANONYMOUS, post.id, LIKE)
    with pytest.raises(NotFound):
        await posts.react(fan, new_id(), LIKE)
    with pytest.raises(NotFound):
        await posts.unreact(fan, new_id(), LIKE)
    await posts.remove(author, post.id)
    for verb in (posts.react, posts.unreact):
        with pytest.raises(errors.AlreadyRemoved):
            await verb(author, post.id, LIKE)
    with pytest.raises(NotFound):
        await posts.react(fan, post.id, LIKE)


async def test_moderators_react_like_everybody_and_who_may_not_post_does_not() -> None:
    post = await a_post(await a_member())
    comment = await a_comment(await a_member(), post)
    moderator, restricted = await a_member(roles=frozenset({Role.MODERATOR})), await a_member()
    for subject_id in (post.id, comment.id):
        await posts.react(moderator, subject_id, LIKE)
        assert await counts(subject_id) == {LIKE: 1}
    await members.restrict(moderator, restricted.member_id, Ability.POST, reason="spam")
    with pytest.raises(MayNotPost):
        await posts.react(restricted, post.id, LIKE)


async def test_who_is_blocked_cannot_react() -> None:
    author, other = await a_member(), await a_member()
    post = await a_post(author)
    comment = await a_comment(author, await a_post(await a_member()))
    await members.block(author, other.member_id)
    for subject_id in (post.id, comment.id):
        with pytest.raises(NotFound):
            await posts.react(other, subject_id, LIKE)


async def test_counters_are_exact_while_they_are_rolled_up() -> None:
    fans = [await a_member() for _ in range(10)]
    post = await a_post(fans[0])

    async def fickle(n: int) -> None:
        await posts.react(fans[n], post.id, LIKE)
        await posts.react(fans[n], post.id, LOVE)
        if n % 2:
            await posts.unreact(fans[n], post.id, LIKE)

    await asyncio.gather(*[fickle(n) for n in range(10)], *[posts.roll_up_tallies() for _ in range(5)])
    assert await counts(post.id) == {LIKE: 5, LOVE: 10}
    stop = asyncio.Event()
    rolling_up = asyncio.create_task(jobs.roll_up_tallies(stop))
    await eventually(nothing_is_to_be_rolled_up)
    stop.set()
    await rolling_up
    assert await counts(post.id) == {LIKE: 5, LOVE: 10}


async def nothing_is_to_be_rolled_up() -> bool:
    return not await database.fetch_value("select count(*) from posts_tally_delta")
