"""Going down: only at the end of a period, after warning and grace, and as far as the programme says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from community.access.policy import SYSTEM
from community.kernel import clock
from community.tiers import service as tiers
from community.tiers.rules.programme import DEFAULT, Down, PeriodKind, Programme
from community.tiers.rules.standing import Reason
from tests.community.tiers.members import (
    GOLD,
    SILVER,
    VIP,
    announced,
    clockwork,
    history,
    moves,
    somebody,
    spends,
    standing,
    tier,
)
from tests.factories import a_member

BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
YEAR_END = datetime(2027, 3, 2, 9, 30, tzinfo=UTC)
"""When a tier that was reached at the beginning has to have been kept."""

DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("database")


async def publish(rules: Programme) -> None:
    with clock.frozen(BEGIN - 30 * DAY):
        await tiers.publish(SYSTEM, rules)


async def at(instant: datetime) -> None:
    """The clockwork comes by."""
    with clock.frozen(instant):
        await clockwork()


async def reached(amount: int, when: datetime = BEGIN) -> object:
    with clock.frozen(when):
        member = somebody()
        await spends(member, amount, at=when)
        return member


async def test_a_tier_is_lost_one_step_after_warning_period_and_grace() -> None:
    member = await reached(VIP)
    for instant, expected in (
        (YEAR_END - 31 * DAY, "vip"),
        (YEAR_END - 30 * DAY + DAY, "vip"),
        (YEAR_END + DAY, "vip"),
        (YEAR_END + 30 * DAY - timedelta(minutes=1), "vip"),
        (YEAR_END + 30 * DAY + timedelta(minutes=1), "gold"),
    ):
        await at(instant)
        assert await tier(member) == expected, instant
    last = (await history(member))[-1]
    assert (last.reason, last.before, last.after, last.version) == (Reason.PERIOD_END, "vip", "gold", 1)


async def test_a_member_is_warned_before_and_when_the_grace_begins_and_told_at_the_end() -> None:
    member = await reached(GOLD)
    lost_at = YEAR_END + 30 * DAY + timedelta(microseconds=1)
    await at(YEAR_END - 31 * DAY)
    assert [fact["type"] for fact in await announced(member)] == ["tier.reached"]
    await at(YEAR_END - 29 * DAY)
    await at(YEAR_END - 28 * DAY)
    await at(YEAR_END + DAY)
    await at(YEAR_END + 2 * DAY)
    warnings = [fact for fact in await announced(member) if fact["type"] == "tier.at_risk"]
    assert [(w["tier"], w["in_grace"], w["lost_at"]) for w in warnings] == [
        ("gold", False, lost_at.isoformat()),
        ("gold", True, lost_at.isoformat()),
    ]
    await at(lost_at)
    assert (await announced(member))[-1]["type"] == "tier.lost"


async def test_a_tier_is_kept_at_ninety_percent_of_its_threshold() -> None:
    enough, too_little = await reached(GOLD), await reached(GOLD)
    with clock.frozen(BEGIN + 100 * DAY):
        await spends(enough, GOLD * 9 // 10)
        await spends(too_little, GOLD * 9 // 10 - 1)
    await at(YEAR_END + DAY)
    await at(YEAR_END + 40 * DAY)
    assert (await tier(enough), await tier(too_little)) == ("gold", "silver")


async def test_what_led_to_a_tier_does_not_also_keep_it() -> None:
    member = await reached(SILVER)
    await at(YEAR_END + DAY)
    await at(YEAR_END + 40 * DAY)
    assert await tier(member) == "member"


async def test_what_comes_in_the_grace_saves_the_tier() -> None:
    member = await reached(SILVER)
    await at(YEAR_END + DAY)
    with clock.frozen(YEAR_END + 10 * DAY):
        await spends(member, SILVER * 9 // 10)
        assert (await standing(member)).progress.lost_at is None
    await at(YEAR_END + 40 * DAY)
    assert await moves(member) == [("member", "silver")]


async def test_after_one_step_down_the_lower_tier_has_a_period_of_its_own() -> None:
    member = await reached(VIP)
    await at(YEAR_END + DAY)
    await at(YEAR_END + 31 * DAY)
    await at(YEAR_END + 300 * DAY)
    assert await tier(member) == "gold"
    await at(YEAR_END + 400 * DAY)
    await at(YEAR_END + 440 * DAY)
    assert await moves(member) == [("member", "vip"), ("vip", "gold"), ("gold", "silver")]


async def test_a_refund_takes_nothing_before_the_end_of_the_period() -> None:
    with clock.frozen(BEGIN):
        member = somebody()
        cause = await spends(member, GOLD)
        await tiers.withdraw(cause)
        await tiers.recompute(member, clock.now())
        assert await tier(member) == "gold"
        assert (await standing(member)).because[1].value == 0


async def test_nobody_falls_unwarned_even_if_the_clockwork_stood_still() -> None:
    member = await reached(SILVER)
    late = YEAR_END + 200 * DAY
    await at(late)
    assert await tier(member) == "silver"
    assert (await announced(member))[-1]["lost_at"] == (late + 30 * DAY).isoformat()
    await at(late + 31 * DAY)
    assert await tier(member) == "member"


async def test_best_fit_goes_as_far_as_the_numbers_say() -> None:
    await publish(replace(DEFAULT, down=Down.BEST_FIT))
    member = await reached(VIP)
    with clock.frozen(BEGIN + 100 * DAY):
        await spends(member, SILVER)
    await at(YEAR_END + DAY)
    await at(YEAR_END + 40 * DAY)
    assert await moves(member) == [("member", "vip"), ("vip", "silver")]


async def test_where_nobody_goes_down_nobody_is_warned() -> None:
    await publish(replace(DEFAULT, down=Down.NONE))
    member = await reached(VIP)
    for days in (-20, 1, 40, 400):
        await at(YEAR_END + days * DAY)
    assert await tier(member) == "vip"
    assert [fact["type"] for fact in await announced(member)] == ["tier.reached"]


async def test_a_calendar_year_ends_at_midnight_of_the_programme() -> None:
    await publish(replace(DEFAULT, period=PeriodKind.CALENDAR_YEAR))
    member = await reached(SILVER)
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    await at(new_year)
    assert (await standing(member)).progress.period_ends_at == datetime(2028, 1, 1, tzinfo=UTC)
    await at(new_year + 366 * DAY)
    await at(new_year + 396 * DAY)
    assert await moves(member) == [("member", "silver"), ("silver", "member")]


async def test_the_minimum_stay_outlasts_a_period_without_grace() -> None:
    rules = replace(DEFAULT, period=PeriodKind.CALENDAR_YEAR, grace_days=0, warning_days=0)
    await publish(rules)
    late = datetime(2026, 12, 28, tzinfo=UTC)
    with clock.frozen(late):
        member = somebody()
        cause = await spends(member, SILVER)
        await tiers.withdraw(cause)
    await at(late + 13 * DAY)
    assert await tier(member) == "silver"
    await at(late + 14 * DAY)
    assert await tier(member) == "member"


async def test_an_anniversary_counts_from_the_day_of_joining() -> None:
    await publish(replace(DEFAULT, period=PeriodKind.ANNIVERSARY))
    with clock.frozen(BEGIN - 10 * DAY):
        member = (await a_member()).member_id
    with clock.frozen(BEGIN):
        await spends(member, SILVER)
        ends = (await standing(member)).progress.period_ends_at
    assert ends == datetime(2027, 2, 20, tzinfo=UTC)
