"""Rules of tiers without a database: programmes, periods, gates, paces, and what holds for every decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import migrations
from community.tiers.rules.diversity import Received, credits_uncounted, units_counted
from community.tiers.rules.periods import Calendar, Window, add_months, counting, period_after, period_at
from community.tiers.rules.programme import DEFAULT, Down, Flaw, Gate, PeriodKind, Programme, Tier, Track, flaw_in
from community.tiers.rules.progress import Aim, at_pace, next_best_action, projected, tracks
from community.tiers.rules.standing import Decision, Numbers, Standing, decide, is_due, lost_at, newcomer

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TAIPEI = Calendar(ZoneInfo("Asia/Taipei"))
INSTANT = timedelta(microseconds=1)


def decided(standing: Standing, spend: int = 0, *, now: datetime = NOW, programme: Programme = DEFAULT) -> Decision:
    numbers = Numbers(spend=spend)
    return decide(programme, standing, numbers, numbers, now, TAIPEI)


def test_the_migration_publishes_the_default_programme() -> None:
    first = import_module(f"{migrations.__name__}.0009_tiers").FIRST
    assert Programme.of_json(orjson.loads(first)) == DEFAULT
    assert flaw_in(DEFAULT, DEFAULT) is None


def test_a_programme_is_the_same_after_it_was_kept() -> None:
    assert Programme.of_json(orjson.loads(orjson.dumps(DEFAULT.as_json()))) == DEFAULT


MEMBER, SILVER, GOLD, VIP = DEFAULT.ladder


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"ladder": ()}, Flaw.LADDER_LENGTH),
        ({"ladder": (MEMBER, SILVER, SILVER, GOLD, VIP)}, Flaw.DUPLICATE_TIER),
        ({"ladder": (MEMBER, SILVER, GOLD, VIP, Tier(key="Üb er", names={"en": "x"}))}, Flaw.TIER_KEY),
        ({"ladder": (MEMBER, SILVER, GOLD, VIP, Tier(key="top", names={"zh-Hant": "頂級"}))}, Flaw.TIER_TEXT),
        ({"ladder": (MEMBER, SILVER, GOLD, VIP, Tier(key="top", names={"en": "\0"}))}, Flaw.TIER_TEXT),
        ({"ladder": (MEMBER, SILVER, GOLD, replace(VIP, perks=({"en": "x"},) * 21))}, Flaw.TOO_MANY_PERKS),
        ({"ladder": (MEMBER, SILVER, VIP)}, Flaw.TIER_MISSING),
        ({"ladder": (MEMBER, GOLD, SILVER, VIP)}, Flaw.TIER_MISSING),
        ({"ladder": (Tier(key="guest", names={"en": "Guest"}), MEMBER, SILVER, GOLD, VIP)}, Flaw.BASE_CHANGED),
        ({"ladder": (replace(MEMBER, spend=1), SILVER, GOLD, VIP)}, Flaw.BASE_THRESHOLD),
        ({"ladder": (MEMBER, replace(SILVER, spend=30_000), GOLD, VIP)}, Flaw.THRESHOLDS_NOT_RISING),
        ({"ladder": (MEMBER, replace(SILVER, engagement=0), GOLD, VIP)}, Flaw.THRESHOLDS_NOT_RISING),
        ({"ladder": (MEMBER, SILVER, GOLD, replace(VIP, spend=2**63))}, Flaw.THRESHOLDS_NOT_RISING),
        ({"months": 0}, Flaw.MONTHS),
        ({"grace_days": -1}, Flaw.DAYS),
        ({"warning_days": 366}, Flaw.DAYS),
        ({"keep_percent": 101}, Flaw.KEEP_PERCENT),
        ({"gates": {"reactions": Gate(units_per_member=0)}}, Flaw.GATE),
    ],
)
def test_a_flawed_programme_is_named(change: dict[str, object], flaw: Flaw) -> None:
    assert flaw_in(replace(DEFAULT, **change), DEFAULT) is flaw  # type: ignore[arg-type]


def test_a_tier_can_be_put_between_others() -> None:
    between = Tier(key="platinum", names={"en": "Platinum"}, spend=50_000)
    assert flaw_in(replace(DEFAULT, ladder=(MEMBER, SILVER, GOLD, between, VIP)), DEFAULT) is None


@pytest.mark.parametrize(
    ("instant", "months", "expected"),
    [
        (datetime(2026, 1, 31, tzinfo=UTC), 1, datetime(2026, 2, 28, tzinfo=UTC)),
        (datetime(2028, 1, 31, tzinfo=UTC), 1, datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 1, 15, tzinfo=UTC), -13, datetime(2024, 12, 15, tzinfo=UTC)),
        (datetime(2026, 12, 15, tzinfo=UTC), 12, datetime(2027, 12, 15, tzinfo=UTC)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(instant: datetime, months: int, expected: datetime) -> None:
    assert add_months(instant, months, ZoneInfo("UTC")) == expected


def test_a_calendar_year_is_that_of_the_programmes_zone() -> None:
    rules = replace(DEFAULT, period=PeriodKind.CALENDAR_YEAR)
    eve = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert period_at(rules, eve, TAIPEI) == Window(eve, datetime(2027, 12, 31, 16, tzinfo=UTC))
    assert period_at(rules, eve - INSTANT, TAIPEI).until == eve


def test_who_joined_on_a_leap_day_has_an_anniversary_every_year() -> None:
    rules = replace(DEFAULT, period=PeriodKind.ANNIVERSARY)
    calendar = Calendar(ZoneInfo("UTC"), joined_at=datetime(2024, 2, 29, 20, tzinfo=UTC))
    period = period_at(rules, datetime(2026, 3, 1, tzinfo=UTC), calendar)
    assert period == Window(datetime(2026, 2, 28, tzinfo=UTC), datetime(2027, 2, 28, tzinfo=UTC))
    assert period_after(rules, period, calendar).until == datetime(2028, 2, 29, tzinfo=UTC)


@given(st.sampled_from(PeriodKind), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(0, 4_000))
def test_now_is_always_in_what_counts_and_periods_follow_without_a_gap(
    kind: PeriodKind, now: datetime, days: int
) -> None:
    rules, now = replace(DEFAULT, period=kind), now.replace(tzinfo=UTC)
    calendar = Calendar(TAIPEI.zone, joined_at=now - days * DAY)
    window, period = counting(rules, now, calendar), period_at(rules, now, calendar)
    assert window.since <= now < window.until
    assert period.since <= now + INSTANT < period.until
    assert period_after(rules, period, calendar).since == period.until


@pytest.mark.parametrize(
    ("units", "members", "days", "counted"),
    [(20, 5, 7, 20), (20, 4, 7, 16), (20, 20, 6, 18), (20, 1, 1, 3), (0, 0, 0, 0), (1, 1, 1, 1)],
)
def test_reactions_count_as_far_as_enough_members_and_days_stand_behind_them(
    units: int, members: int, days: int, counted: int
) -> None:
    received = Received(units=units, credits=units * 2, members=members, days=days)
    assert units_counted(Gate(), received) == counted
    assert credits_uncounted(Gate(), received) == (units - counted) * 2
    assert credits_uncounted(None, received) == 0


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 120_000), st.booleans()), max_size=25),
    st.sampled_from(Down),
    st.sampled_from(PeriodKind),
)
def test_whatever_comes_in_and_whenever_nothing_is_left_due(
    steps: list[tuple[int, int, bool]], down: Down, kind: PeriodKind
) -> None:
    rules = replace(DEFAULT, down=down, period=kind)
    standing, now = newcomer(rules, NOW), NOW
    for days, spend, locks in steps:
        now += days * DAY
        if locks:
            standing = replace(standing, locked="gold", locked_until=now + 3 * DAY)
        before = standing
        for _ in range(100):
            told = standing.warned_at
            decision = decided(standing, spend, now=now, programme=rules)
            standing = decision.standing
            if decision.change:
                assert decision.change.before != decision.change.after
            if rules.rank(standing.earned) < rules.rank(before.earned):
                assert down is not Down.NONE
                assert told
                assert told + timedelta(days=rules.warning_days) <= now
            if not is_due(rules, standing, now):
                break
        else:
            raise AssertionError("the clock asks for ever")
        assert standing.tier == standing.effective(rules, now)
        assert (standing.period is None) == (standing.earned == rules.base)


def test_a_lock_hides_the_tracks_and_ends_by_itself() -> None:
    gold = decided(newcomer(DEFAULT, NOW), 30_000).standing
    held = replace(gold, locked="member", locked_until=NOW + DAY)
    locked = decided(held, 100_000)
    assert (locked.standing.tier, locked.standing.earned) == ("member", "vip")
    assert locked.standing.deciding(DEFAULT, NOW) is None
    free = decided(locked.standing, 100_000, now=NOW + DAY)
    assert (free.standing.tier, free.standing.locked) == ("vip", None)


def test_the_plan_wins_over_a_lower_tier_and_ends_at_once() -> None:
    gold = decided(newcomer(DEFAULT, NOW), 30_000).standing
    paid = decided(replace(gold, plan="vip"), 30_000).standing
    assert (paid.tier, paid.deciding(DEFAULT, NOW)) == ("vip", Track.PLAN)
    ended = decided(replace(paid, plan=None), 30_000)
    assert (ended.standing.tier, ended.standing.deciding(DEFAULT, NOW)) == ("gold", Track.SPEND)


def test_the_next_best_action_is_the_shortest_way() -> None:
    silver = decided(newcomer(DEFAULT, NOW), 10_000).standing
    numbers = Numbers(spend=12_000, engagement=900)
    ways = tracks(DEFAULT, silver, numbers, Numbers())
    action = next_best_action(DEFAULT, silver, ways, at_risk=False)
    assert action
    assert (action.aim, action.track, action.missing, action.tier.key) == (Aim.REACH, Track.ENGAGEMENT, 100, "gold")
    kept = next_best_action(DEFAULT, silver, ways, at_risk=True)
    assert kept
    assert (kept.aim, kept.missing, kept.tier.key) == (Aim.KEEP, 9_000, "silver")


def test_at_the_top_there_is_nothing_left_to_do() -> None:
    vip = decided(newcomer(DEFAULT, NOW), 100_000).standing
    ways = tracks(DEFAULT, vip, Numbers(spend=100_000), Numbers(spend=95_000))
    assert next_best_action(DEFAULT, vip, ways, at_risk=False) is None


def test_the_projection_goes_on_at_the_pace_of_the_period() -> None:
    silver = decided(newcomer(DEFAULT, NOW), 10_000).standing
    assert silver.period
    half = silver.period.since + (silver.period.until - silver.period.since) / 2
    assert at_pace(Numbers(spend=15_000), silver.period, half).spend == 30_000
    assert projected(DEFAULT, silver, Numbers(), Numbers(spend=15_000), half) == "gold"
    assert projected(DEFAULT, silver, Numbers(), Numbers(spend=4_600), half) == "silver"
    assert projected(DEFAULT, silver, Numbers(), Numbers(spend=4_000), half) == "member"


def test_a_tier_is_lost_after_the_last_of_grace_stay_and_warning() -> None:
    silver = decided(newcomer(DEFAULT, NOW), 10_000).standing
    assert silver.period
    assert lost_at(DEFAULT, silver, NOW) == silver.period.until + 30 * DAY
    late = silver.period.until + 90 * DAY
    assert lost_at(DEFAULT, silver, late) == late + 30 * DAY
    assert lost_at(replace(DEFAULT, minimum_stay_days=400), silver, NOW) == NOW + 400 * DAY
