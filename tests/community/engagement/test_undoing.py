"""Undoing: exactly what was given, once; a removed subject takes back what it gave its owner."""

import asyncio
from datetime import datetime

import pytest

from community import database
from community.engagement import handlers, jobs
from community.engagement import service as engagement
from community.engagement.facts import SubjectWithdrawn
from community.engagement.queries import Standings, leaderboard
from community.engagement.rules.activities import OwnKind, Subject
from community.kernel import clock
from community.kernel.ids import new_id
from community.kernel.pages import PageRequest
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.tiers import queries as tiers
from community.tiers.rules.programme import Track
from tests.community.engagement.happenings import (
    KIND,
    a_cause,
    a_rule,
    balance,
    do,
    id_of,
    in_force,
    later,
    refused,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_what_a_cause_gave_is_taken_back_once() -> None:
    mei = await a_member()
    await do(mei, OwnKind.ORDER_PAID, key="order", quantity=1_000)
    await do(mei, OwnKind.ORDER_PAID, quantity=500)
    undone = [await engagement.undo(a_cause("order"), reason="refund") for _ in range(2)]
    assert [(each.taken, each.short) for each in undone] == [(100, 0), (0, 0)]
    assert (await balance(mei)).points == 50


async def test_undoing_at_once_takes_back_once() -> None:
    mei = await a_member()
    await do(mei, OwnKind.ORDER_PAID, key="order", quantity=1_000)
    undone = await asyncio.gather(*(engagement.undo(a_cause("order"), reason="refund") for _ in range(10)))
    assert sorted(each.taken for each in undone) == [0] * 9 + [100]
    assert (await balance(mei)).points == 0


async def test_what_was_spent_is_short_and_never_below_zero() -> None:
    mei = await a_member()
    await do(mei, OwnKind.ORDER_PAID, key="order", quantity=1_000)
    await ledger.spend(id_of(mei), 70, Cause("reward", "1"), purpose="reward")
    undone = await engagement.undo(a_cause("order"), reason="refund")
    assert (undone.taken, undone.short) == (30, 70)
    assert (await balance(mei)).points == 0


async def test_everything_that_one_activity_gave_goes() -> None:
    await in_force(a_rule(), a_rule(code="credits", currency=Currency.CREDITS, amount=200))
    mei = await a_member()
    assert (await do(mei, KIND, key="both")).tier_reached == "silver"
    await engagement.undo(a_cause("both"), reason="mistake")
    assert ((await balance(mei)).points, (await balance(mei)).credits) == (0, 0)
    standing = (await tiers.standing([id_of(mei)], clock.now()))[id_of(mei)]
    assert [track.value for track in standing.because if track.track is Track.ENGAGEMENT] == [0]


async def test_an_unknown_cause_takes_nothing() -> None:
    assert await engagement.undo(a_cause("never"), reason="refund") == engagement.Undone()


async def test_recording_again_what_was_undone_gives_nothing() -> None:
    mei = await a_member()
    await do(mei, OwnKind.ORDER_PAID, key="order", quantity=1_000)
    await engagement.undo(a_cause("order"), reason="refund")
    assert (await do(mei, OwnKind.ORDER_PAID, key="order", quantity=1_000)).is_repeat
    assert (await balance(mei)).points == 0


async def test_what_was_taken_back_still_counts_towards_the_limit() -> None:
    mei = await a_member()
    for number in range(3):
        await do(mei, key=f"post {number}")
        await engagement.undo(a_cause(f"post {number}"), reason="removed")
    assert refused(await do(mei)) == {"post": "DAILY_LIMIT_REACHED"}
    assert (await balance(mei)).credits == 0


async def test_a_withdrawn_subject_takes_back_what_it_gave_its_owner_and_nobody_else() -> None:
    mei = await a_member()
    givers = [await a_member() for _ in range(4)]
    post = Subject("post", new_id())
    await do(mei, subject=post)
    for giver in givers:
        await do(mei, OwnKind.REACTION_RECEIVED, subject=post, other_id=giver.member_id)
        await do(giver, OwnKind.VIEW_QUALIFIED, subject=post, other_id=mei.member_id, metadata={"dwell_seconds": 60})
    assert (await balance(mei)).credits == 14

    undone = await engagement.withdraw(post, member_id=id_of(mei), reason="spam")
    assert undone.taken == 10
    await hear_of(post, mei.member_id)

    assert (await balance(mei)).credits == 0
    assert [(await balance(giver)).credits for giver in givers] == [1] * 4
    assert await database.fetch_value("select count(*) from tiers_reception") == 0
    assert (await ledger.reconcile()).is_clean


async def test_withdrawing_again_changes_nothing() -> None:
    mei, post = await a_member(), Subject("post", new_id())
    await do(mei, subject=post)
    taken = [(await engagement.withdraw(post, member_id=id_of(mei), reason="spam")).taken for _ in range(2)]
    assert taken == [10, 0]


async def test_what_was_taken_back_is_not_on_the_leaderboard(frozen_clock: datetime) -> None:
    mei, lin = await a_member(), await a_member()
    await do(mei, key="post")
    await do(lin)
    with later(frozen_clock, hours=1):
        await engagement.undo(a_cause("post"), reason="removed")
        page = await leaderboard(Standings.MONTH, PageRequest.of(), clock.now())
    assert [(leader.member_id, leader.credits, leader.rank) for leader in page.items] == [(lin.member_id, 10, 1)]


async def hear_of(post: Subject, member_id: object) -> None:
    """What the outbox and the queue would do."""
    fact = SubjectWithdrawn(subject_id=post.id, subject_type=post.type, member_id=member_id)  # type: ignore[arg-type]
    assert await database.fetch_value("select count(*) from outbox_fact where type = 'subject.withdrawn'") == 1
    await database.transaction()(handlers.take_back_the_rest)(fact)
    await jobs.take_back_about(subject_type="post", subject_id=str(post.id), member_id=str(member_id))
