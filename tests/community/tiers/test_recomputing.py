"""Going up: at once, once, by the highest track, and for a known price."""

import asyncio
from datetime import datetime, timedelta

import pytest

from community import database as db
from community.kernel import clock
from community.tiers import service as tiers
from community.tiers.rules.programme import Track
from community.tiers.rules.standing import Reason
from tests.community.tiers.members import (
    GOLD,
    SILVER,
    a_cause,
    announced,
    earns,
    history,
    moves,
    somebody,
    spends,
    standing,
    tier,
)

pytestmark = pytest.mark.usefixtures("database")


async def test_everybody_begins_at_the_bottom() -> None:
    member = somebody()
    assert await tier(member) == "member"
    assert await tiers.recompute(member, clock.now()) is None
    assert await history(member) == []


async def test_enough_spend_leads_up_at_once() -> None:
    member = somebody()
    await spends(member, SILVER - 1)
    assert await tier(member) == "member"
    await spends(member, 1)
    assert await tier(member) == "silver"
    (change,) = await history(member)
    assert (change.reason, change.track, change.version, change.spend) == (Reason.EARNED, Track.SPEND, 1, SILVER)
    (fact,) = await announced(member)
    assert fact == {
        "type": "tier.reached",
        "member_id": str(member),
        "before": "member",
        "after": "silver",
        "reason": "earned",
        "track": "spend",
        "programme_version": 1,
    }


async def test_enough_credits_lead_up_too() -> None:
    member = somebody()
    await earns(member, 1_000)
    assert await tier(member) == "gold"
    assert (await standing(member)).deciding is Track.ENGAGEMENT


async def test_tracks_are_not_added_up_but_the_highest_wins() -> None:
    member = somebody()
    await spends(member, GOLD - 1)
    await earns(member, 999)
    assert await tier(member) == "silver"
    await earns(member, 1)
    assert await tier(member) == "gold"


async def test_what_lies_outside_the_period_does_not_count(frozen_clock: datetime) -> None:
    member = somebody()
    await spends(member, SILVER, at=frozen_clock - timedelta(days=366))
    assert await tier(member) == "member"
    await spends(member, SILVER, at=frozen_clock - timedelta(days=364))
    assert await tier(member) == "silver"


async def test_deciding_again_changes_nothing() -> None:
    member = somebody()
    await spends(member, GOLD)
    for _ in range(3):
        assert await tiers.recompute(member, clock.now()) is None
    assert await moves(member) == [("member", "gold")]


async def test_many_who_decide_at_once_make_one_transition() -> None:
    member = somebody()
    await tiers.contribute(member, SILVER, at=clock.now(), cause=a_cause())
    changes = await asyncio.gather(*(tiers.recompute(member, clock.now()) for _ in range(20)))
    assert sum(change is not None for change in changes) == 1
    assert await moves(member) == [("member", "silver")]


async def test_purchases_that_meet_are_counted_together() -> None:
    member = somebody()
    await asyncio.gather(*(spends(member, SILVER // 8) for _ in range(8)))
    assert await moves(member) == [("member", "silver")]


async def test_what_was_counted_while_one_waited_for_their_turn_counts() -> None:
    member, before = somebody(), clock.now()
    await tiers.contribute(member, SILVER, at=clock.now(), cause=a_cause())
    assert await tiers.recompute(member, before - timedelta(seconds=2))


async def test_members_decided_on_crosswise_do_not_block_each_other() -> None:
    one, other = somebody(), somebody()
    for member in (one, other):
        await tiers.contribute(member, SILVER, at=clock.now(), cause=a_cause())
    pairs = [[one, other], [other, one]] * 10
    changed = await asyncio.gather(*(tiers.recompute_many(pair, clock.now()) for pair in pairs))
    assert sum(len(changes) for changes in changed) == 2


async def test_what_is_rolled_back_was_never_decided() -> None:
    member = somebody()

    @db.transaction()
    async def fails() -> None:
        await tiers.contribute(member, GOLD, at=clock.now(), cause=a_cause())
        assert await tiers.recompute(member, clock.now())
        raise LookupError

    with pytest.raises(LookupError):
        await fails()
    assert (await tier(member), await history(member), await announced(member)) == ("member", [], [])


async def test_a_decision_takes_two_statements_and_a_change_three_more() -> None:
    member = somebody()
    await spends(member, 1)
    with db.counting_statements() as unchanged:
        await tiers.recompute(member, clock.now())
    await tiers.contribute(member, SILVER, at=clock.now(), cause=a_cause())
    with db.counting_statements() as changed:
        await tiers.recompute(member, clock.now())
    assert (unchanged.count, changed.count) == (2, 5)


async def test_many_decisions_take_as_many_statements_as_one() -> None:
    crowd = [somebody() for _ in range(50)]
    await tiers.recompute_many(crowd, clock.now())
    for member in crowd:
        await tiers.contribute(member, SILVER, at=clock.now(), cause=a_cause())
    with db.counting_statements() as counted:
        changes = await tiers.recompute_many(crowd, clock.now())
    assert len(changes) == 50
    assert counted.count == 5
