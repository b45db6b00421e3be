"""What staff and plans decide: locks, grants, other rules; and who would move under them."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from community.access.policy import ANONYMOUS, SYSTEM, Actor, Role
from community.kernel import clock
from community.kernel.errors import Forbidden, InvalidReason, NotFound, Unauthenticated
from community.ledger.rules.transfers import Cause
from community.members.errors import CannotTargetSelf
from community.tiers import queries
from community.tiers import service as tiers
from community.tiers.errors import InvalidTierLock, InvalidTierProgramme, TierProgrammeStartsTooEarly, UnknownTier
from community.tiers.queries import MoveView
from community.tiers.rules.programme import DEFAULT, Flaw, Programme, Track
from community.tiers.rules.standing import Reason
from tests.community.tiers.members import (
    GOLD,
    SILVER,
    VIP,
    a_cause,
    announced,
    clockwork,
    earns,
    history,
    moves,
    somebody,
    spends,
    standing,
    tier,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

MEMBER_TIER, SILVER_TIER, GOLD_TIER, VIP_TIER = DEFAULT.ladder
EASIER = replace(DEFAULT, ladder=(MEMBER_TIER, replace(SILVER_TIER, spend=5_000), GOLD_TIER, VIP_TIER))
HARDER = replace(DEFAULT, ladder=(MEMBER_TIER, SILVER_TIER, GOLD_TIER, replace(VIP_TIER, spend=200_000)))


async def admin() -> Actor:
    return await a_member(roles=frozenset({Role.ADMIN}))


async def member_id() -> UUID:
    found = (await a_member()).member_id
    assert found
    return found


async def test_a_locked_tier_stays_whatever_the_tracks_say(frozen_clock: datetime) -> None:
    staff, member = await admin(), await member_id()
    await tiers.lock(staff, member, "gold", reason="A guest of the house", ends_at=frozen_clock + timedelta(days=7))
    assert await tier(member) == "gold"
    await spends(member, VIP)
    assert await tier(member) == "gold"
    view = await standing(member)
    assert (view.is_locked, view.deciding) == (True, None)
    assert (await queries.locks_on(staff, [member], clock.now()))[member].reason == "A guest of the house"
    (change,) = await history(member)
    assert (change.reason, change.actor_id) == (Reason.LOCK, staff.member_id)
    assert [fact["type"] for fact in await announced(member)] == ["tier.locked", "tier.reached"]


async def test_a_lock_ends_by_itself_for_readers_at_once_and_for_history_by_the_clockwork(
    frozen_clock: datetime,
) -> None:
    staff, member = await admin(), await member_id()
    ends_at = frozen_clock + timedelta(days=7)
    await tiers.lock(staff, member, "vip", reason="A try", ends_at=ends_at)
    with clock.frozen(ends_at):
        assert await tier(member) == "member"
        assert await clockwork() == 1
        assert [(c.reason, c.after) for c in await history(member)] == [
            (Reason.LOCK, "vip"),
            (Reason.LOCK_ENDED, "member"),
        ]
        assert await clockwork() == 0


async def test_unlocking_lets_the_tracks_decide_and_repeats_change_nothing() -> None:
    staff, member = await admin(), await member_id()
    await spends(member, GOLD)
    await tiers.lock(staff, member, "member", reason="Under investigation")
    assert await tier(member) == "member"
    for _ in range(2):
        await tiers.unlock(staff, member)
    assert await moves(member) == [("member", "gold"), ("gold", "member"), ("member", "gold")]
    assert [fact["type"] for fact in await announced(member)].count("tier.unlocked") == 1


async def test_a_new_lock_replaces_the_one_in_force() -> None:
    staff, member = await admin(), await member_id()
    await tiers.lock(staff, member, "gold", reason="one")
    await tiers.lock(staff, member, "silver", reason="two")
    assert (await queries.locks_on(staff, [member], clock.now()))[member].reason == "two"
    assert await tier(member) == "silver"


async def test_the_same_lock_many_times_at_once_is_one_lock() -> None:
    staff, member = await admin(), await member_id()
    await asyncio.gather(*(tiers.lock(staff, member, "gold", reason="once") for _ in range(8)))
    assert [fact["type"] for fact in await announced(member)] == ["tier.locked", "tier.reached"]


async def test_locks_that_meet_leave_the_last_one_in_force() -> None:
    staff, member = await admin(), await member_id()
    await asyncio.gather(*(tiers.lock(staff, member, "gold", reason=str(number)) for number in range(8)))
    await tiers.unlock(staff, member)
    assert await queries.locks_on(staff, [member], clock.now()) == {}
    assert await moves(member) == [("member", "gold"), ("gold", "member")]


async def test_locks_are_refused_where_they_make_no_sense(frozen_clock: datetime) -> None:
    staff, member = await admin(), await member_id()
    with pytest.raises(UnknownTier):
        await tiers.lock(staff, member, "platinum", reason="x")
    with pytest.raises(InvalidReason):
        await tiers.lock(staff, member, "gold", reason=" ")
    with pytest.raises(InvalidTierLock):
        await tiers.lock(staff, member, "gold", reason="x", ends_at=frozen_clock)
    with pytest.raises(CannotTargetSelf):
        await tiers.lock(staff, staff.member_id, "vip", reason="x")  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await tiers.unlock(staff, somebody())
    with pytest.raises(Forbidden):
        await tiers.lock(await a_member(), member, "vip", reason="x")
    with pytest.raises(Unauthenticated):
        await tiers.unlock(ANONYMOUS, member)


async def test_a_plan_grants_its_tier_as_long_as_it_lasts() -> None:
    member, began = somebody(), a_cause("plan")
    change = await tiers.set_plan_tier(member, "gold", began, now=clock.now())
    assert change
    assert (change.reason, change.track, change.after) == (Reason.PLAN, Track.PLAN, "gold")
    assert await tiers.set_plan_tier(member, "vip", began, now=clock.now()) is None
    assert (await standing(member)).deciding is Track.PLAN
    ended = await tiers.set_plan_tier(member, None, a_cause("plan"), now=clock.now())
    assert ended
    assert (ended.reason, ended.after) == (Reason.PLAN, "member")
    with pytest.raises(UnknownTier):
        await tiers.set_plan_tier(member, "platinum", a_cause("plan"), now=clock.now())


async def test_what_was_earned_stays_when_the_plan_ends() -> None:
    member = somebody()
    await spends(member, SILVER)
    await tiers.set_plan_tier(member, "vip", Cause("plan", "began"), now=clock.now())
    await tiers.set_plan_tier(member, None, Cause("plan", "ended"), now=clock.now())
    assert await moves(member) == [("member", "silver"), ("silver", "vip"), ("vip", "silver")]
    assert (await standing(member)).deciding is Track.SPEND


async def test_published_rules_decide_from_their_start_on_and_history_keeps_the_version(frozen_clock: datetime) -> None:
    member, early = somebody(), somebody()
    await spends(early, SILVER)
    await spends(member, 5_000)
    starts_at = frozen_clock + timedelta(days=1)
    published = await tiers.publish(SYSTEM, EASIER, starts_at=starts_at)
    assert published.version == 2
    assert await clockwork() == 0
    assert await tier(member) == "member"
    with clock.frozen(starts_at):
        assert await clockwork() == 2
        assert await clockwork() == 0
        assert (await tier(member), await tier(early)) == ("silver", "silver")
    assert [(c.version, c.after) for c in await history(member)] == [(2, "silver")]
    assert [(c.version, c.after) for c in await history(early)] == [(1, "silver")]


async def test_harder_rules_take_nothing_before_the_end_of_the_period(frozen_clock: datetime) -> None:
    member = somebody()
    await spends(member, VIP)
    await tiers.publish(SYSTEM, HARDER, starts_at=frozen_clock)
    await clockwork()
    assert await tier(member) == "vip"


async def test_versions_are_numbered_without_a_gap_however_many_publish_at_once(frozen_clock: datetime) -> None:
    published = await asyncio.gather(*(tiers.publish(SYSTEM, EASIER, starts_at=frozen_clock) for _ in range(5)))
    assert sorted(each.version for each in published) == [2, 3, 4, 5, 6]


async def test_rules_are_refused_that_reach_into_the_past_or_contradict_themselves(frozen_clock: datetime) -> None:
    with pytest.raises(TierProgrammeStartsTooEarly):
        await tiers.publish(SYSTEM, EASIER, starts_at=frozen_clock - timedelta(seconds=1))
    await tiers.publish(SYSTEM, EASIER, starts_at=frozen_clock + timedelta(days=9))
    with pytest.raises(TierProgrammeStartsTooEarly):
        await tiers.publish(SYSTEM, EASIER, starts_at=frozen_clock + timedelta(days=8))
    with pytest.raises(InvalidTierProgramme) as refused:
        await tiers.publish(SYSTEM, replace(EASIER, keep_percent=0))
    assert refused.value.flaw is Flaw.KEEP_PERCENT
    with pytest.raises(Forbidden):
        await tiers.publish(await a_member(roles=frozenset({Role.ANALYST})), EASIER)


async def test_a_simulation_counts_who_would_move_and_moves_nobody() -> None:
    crowd = [somebody() for _ in range(7)]
    for member in crowd[:3]:
        await spends(member, 5_000)
    for member in crowd[3:5]:
        await spends(member, VIP)
        await spends(member, VIP)
    await earns(crowd[5], 10)
    await spends(crowd[6], GOLD)
    both = Programme(
        ladder=(MEMBER_TIER, replace(SILVER_TIER, spend=5_000), GOLD_TIER, replace(VIP_TIER, spend=200_000))
    )
    simulated = await queries.simulate(SYSTEM, both, clock.now())
    assert simulated.members == 7
    assert len(simulated.moves) == 2
    assert MoveView(before="member", after="silver", at_once=True, members=3) in simulated.moves
    assert MoveView(before="vip", after="gold", at_once=False, members=2) in simulated.moves
    assert {await tier(member) for member in crowd[:3]} == {"member"}
    assert (await queries.simulate(SYSTEM, DEFAULT, clock.now())).moves == []
    with pytest.raises(Forbidden):
        await queries.simulate(await a_member(), EASIER, clock.now())
    with pytest.raises(InvalidTierProgramme):
        await queries.simulate(SYSTEM, replace(EASIER, months=0), clock.now())


async def test_numbers_and_history_are_for_the_member_and_trusted_staff() -> None:
    mei, other, analyst = await a_member(), await a_member(), await a_member(roles=frozenset({Role.ANALYST}))
    assert mei.member_id
    ids, now = [mei.member_id], clock.now()
    assert list(await queries.standing_seen_by(mei, ids, now)) == ids
    assert list(await queries.standing_seen_by(analyst, ids, now)) == ids
    assert await queries.standing_seen_by(other, ids, now) == {}
