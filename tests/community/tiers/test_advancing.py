"""More that counts: one statement where it leads nowhere, the same decision as ever where it leads somewhere."""

import asyncio
import random
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from community import database as db
from community.access.policy import SYSTEM, Actor, Kind, Role
from community.kernel import clock
from community.kernel.ids import new_id
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.tiers import queries
from community.tiers import service as tiers
from community.tiers.rules.programme import DEFAULT, Tier
from community.tiers.rules.room import Room, room_of
from community.tiers.rules.standing import Numbers, newcomer
from community.tiers.service import Contribution, Reception
from tests.announcements import everything_is_heard
from tests.community.tiers.members import GOLD, SILVER, VIP, a_cause, clockwork, moves, somebody, spends, tier
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


@db.transaction()
async def brings(member_id: UUID, *, spend: int = 0, credits_: int = 0) -> str | None:
    """A member spends and earns; the tier it led to."""
    now = clock.now()
    if spend:
        await tiers.contribute(member_id, spend, at=now, cause=a_cause())
    if credits_:
        await ledger.award(member_id, Currency.CREDITS, credits_, a_cause("activity"))
    changes = await tiers.advance({member_id: Numbers(spend=spend, engagement=credits_)}, now)
    return changes[member_id].after if changes else None


def test_there_is_room_for_less_than_the_next_tier_needs(frozen_clock: datetime) -> None:
    place = newcomer(DEFAULT, frozen_clock)
    counted = Numbers(spend=4_000, engagement=20, held_back=30)
    assert room_of(DEFAULT, place, counted) == Room(spend=SILVER - 4_000, engagement=150)


async def test_what_leads_nowhere_costs_one_statement() -> None:
    member = somebody()
    await brings(member, spend=1)
    with db.counting_statements() as counted:
        assert await tiers.advance({member: Numbers(spend=5_000, engagement=50)}, clock.now()) == {}
    assert counted.count == 1


async def test_a_tier_is_reached_by_the_very_amount_that_reaches_it() -> None:
    member = somebody()
    assert [await brings(member, spend=amount) for amount in (1, SILVER - 2, 1)] == [None, None, "silver"]
    assert await brings(member, credits_=999) is None
    assert await brings(member, credits_=1) == "gold"
    assert [await brings(member, spend=amount) for amount in (VIP, 1)] == ["vip", None]


async def test_what_comes_from_many_sides_at_once_is_added_up() -> None:
    member = somebody()
    reached = await asyncio.gather(*(brings(member, credits_=10) for _ in range(20)))
    assert sorted(filter(None, reached)) == ["silver"]
    assert await moves(member) == [("member", "silver")]


async def test_it_decides_as_if_everybody_were_always_decided_on() -> None:
    chance = random.Random(7)
    quick, thorough = somebody(), somebody()
    for _ in range(60):
        spend, earned = chance.choice([0, 900, 4_000]), chance.choice([0, 3, 40])
        await brings(quick, spend=spend, credits_=earned)
        await tiers.contribute_many(
            [Contribution(member_id=thorough, amount=spend, at=clock.now(), cause=a_cause())] if spend else []
        )
        if earned:
            await ledger.award(thorough, Currency.CREDITS, earned, a_cause("activity"))
        await tiers.recompute(thorough, clock.now())
        assert await tier(quick) == await tier(thorough)
    assert await moves(quick) == await moves(thorough) != []


async def test_credits_that_a_gate_holds_back_may_count_any_time() -> None:
    member, fan = somebody(), somebody()
    for number in range(10):
        cause = a_cause("reaction")
        await ledger.award(member, Currency.CREDITS, 25, cause)
        giver = fan if number < 9 else somebody()
        reception = Reception(
            member_id=member, metric="reactions", giver_id=giver, worth=25, at=clock.now(), cause=cause
        )
        await tiers.receive_many([reception])
        await tiers.advance({member: Numbers(engagement=25)}, clock.now())
    # Of 250 credits 75 count, those of one day: 125 more reach 200, though alone they are less than what is missing.
    assert await tier(member) == "member"
    assert await brings(member, credits_=125) == "silver"


async def test_what_comes_in_the_grace_is_looked_at(frozen_clock: datetime) -> None:
    member = somebody()
    with clock.frozen(frozen_clock):
        await spends(member, SILVER)
    for days in (340, 366):
        with clock.frozen(frozen_clock + timedelta(days=days)):
            await clockwork()
    with clock.frozen(frozen_clock + timedelta(days=370)):
        await brings(member, spend=9_000)
    with clock.frozen(frozen_clock + timedelta(days=420)):
        await clockwork()
        assert await tier(member) == "silver"


async def test_other_rules_are_asked_even_where_there_was_room() -> None:
    member = somebody()
    await brings(member, spend=GOLD // 10)
    ladder = (DEFAULT.ladder[0], Tier(key="silver", names={"en": "Silver"}, spend=5_000), *DEFAULT.ladder[2:])
    await tiers.publish(SYSTEM, type(DEFAULT)(ladder=ladder))
    assert await brings(member, spend=2_000) == "silver"


async def test_less_that_counts_is_one_statement_until_the_clock_asks() -> None:
    member = somebody()
    cause = await spends(member, SILVER)
    await tiers.withdraw(cause)
    with db.counting_statements() as counted:
        assert await tiers.recede([member], clock.now()) == {}
    assert counted.count == 1
    assert await tier(member) == "silver"


async def test_less_that_counts_shortly_before_the_end_warns_at_once(frozen_clock: datetime) -> None:
    member = somebody()
    with clock.frozen(frozen_clock):
        await spends(member, SILVER)
    with clock.frozen(frozen_clock + timedelta(days=300)):
        cause = await spends(member, SILVER)
    with clock.frozen(frozen_clock + timedelta(days=340)):
        await clockwork()
        await tiers.withdraw(cause)
        await tiers.recede([member], clock.now())
    warnings = await db.fetch_value("select count(*) from outbox_fact where type = 'tier.at_risk'")
    assert warnings == 1


async def test_credits_that_become_active_or_are_corrected_by_hand_lead_up() -> None:
    waiting, corrected = await a_member(), await a_member()
    admin = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({Role.MEMBER, Role.ADMIN}))
    assert waiting.member_id
    assert corrected.member_id
    await ledger.award(waiting.member_id, Currency.CREDITS, 200, Cause("test", "gated"), pending_for="the gate")
    await ledger.activate("the gate")
    await ledger.adjust(admin, corrected.member_id, Currency.CREDITS, 1_000, reason="forgotten", idempotency_key="once")
    await everything_is_heard(by="tiers", times=2)
    found = await queries.tiers_of([waiting.member_id, corrected.member_id], clock.now())
    assert [found[each.member_id].key for each in (waiting, corrected) if each.member_id] == ["silver", "gold"]
