"""Recording: what is paid, what is refused and why, once for each cause, exact under races."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from community import database
from community.access.policy import Role
from community.engagement import errors
from community.engagement import service as engagement
from community.engagement.rules.activities import OwnKind, Subject
from community.engagement.rules.programme import Condition, Limit, Test
from community.engagement.rules.windows import Window
from community.engagement.service import Recording
from community.kernel import clock
from community.kernel.errors import NotFound
from community.kernel.ids import new_id
from community.ledger import service as ledger
from community.ledger.errors import CauseReused
from community.ledger.rules.transfers import Currency
from community.members import service as members
from community.members.rules import Ability
from tests.community.engagement.happenings import (
    KIND,
    a_cause,
    a_rule,
    an_activity,
    balance,
    do,
    earned,
    id_of,
    in_force,
    later,
    refused,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_what_a_rule_pays_is_in_the_effects_and_in_the_ledger() -> None:
    mei = await a_member()
    effects = await do(mei)
    assert earned(effects) == {"post": 10}
    assert refused(effects) == {}
    assert (await balance(mei)).credits == 10


@pytest.mark.parametrize(("amount", "points"), [(100, 10), (99, 9), (10, 1), (109, 10), (1_000_000, 100_000)])
async def test_an_order_earns_a_point_for_each_ten_rounded_down(amount: int, points: int) -> None:
    mei = await a_member()
    assert earned(await do(mei, OwnKind.ORDER_PAID, quantity=amount)) == {"order": points}
    assert (await balance(mei)).points == points


async def test_an_order_of_less_than_ten_earns_nothing_and_says_so() -> None:
    assert refused(await do(await a_member(), OwnKind.ORDER_PAID, quantity=9)) == {"order": "TOO_LITTLE"}


async def test_the_same_cause_again_gives_nothing_and_returns_the_first_effects() -> None:
    mei = await a_member()
    activity = an_activity(mei)
    first = await engagement.record(activity, cause=a_cause("once"))
    again = await engagement.record(activity, cause=a_cause("once"))
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert (again.earned, again.activity_id) == (first.earned, first.activity_id)
    assert (await balance(mei)).credits == 10


@pytest.mark.usefixtures("frozen_clock")
async def test_first_refusals_are_told_again_with_their_data() -> None:
    mei = await a_member(time_zone="Asia/Taipei")
    for _ in range(3):
        await do(mei)
    activity = an_activity(mei)
    first = await engagement.record(activity, cause=a_cause("fourth"))
    again = await engagement.record(activity, cause=a_cause("fourth"))
    assert first.refused == again.refused
    (told,) = again.refused
    assert told.reason.until == datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert str(told.reason) == "The daily limit of 3 is reached. Back 2026-03-03 00:00 Asia/Taipei."


async def test_another_activity_under_the_same_cause_is_refused() -> None:
    mei = await a_member()
    await do(mei, key="once")
    with pytest.raises(CauseReused):
        await do(mei, key="once")


async def test_another_members_activity_under_the_same_cause_is_refused() -> None:
    mei, lin = await a_member(), await a_member()
    outcomes = await asyncio.gather(*(do(actor, key="once") for actor in (mei, lin)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CauseReused", "Effects"]
    assert (await balance(mei)).credits + (await balance(lin)).credits == 10


async def test_one_cause_raced_is_one_effect() -> None:
    mei = await a_member()
    activity = an_activity(mei)
    effects = await asyncio.gather(*(engagement.record(activity, cause=a_cause("once")) for _ in range(20)))
    assert sum(not each.is_repeat for each in effects) == 1
    assert len({each.activity_id for each in effects}) == 1
    assert (await balance(mei)).credits == 10


async def test_a_daily_limit_is_exact_when_it_is_raced() -> None:
    mei = await a_member()
    effects = await asyncio.gather(*(do(mei) for _ in range(12)))
    assert sum(bool(each.earned) for each in effects) == 3
    assert (await balance(mei)).credits == 30


async def test_a_daily_limit_ends_with_the_members_own_day(frozen_clock: datetime) -> None:
    await in_force(a_rule(limits=(Limit(window=Window.DAY, times=1),)))
    mei = await a_member(time_zone="Asia/Taipei")  # 17:30 on the second of March
    assert earned(await do(mei, KIND))
    with later(frozen_clock, hours=6.4):
        assert refused(await do(mei, KIND)) == {"check_in": "DAILY_LIMIT_REACHED"}
    with later(frozen_clock, hours=6.5):
        assert earned(await do(mei, KIND))


@pytest.mark.parametrize(
    ("window", "code", "until"),
    [
        (Window.WEEK, "WEEKLY_LIMIT_REACHED", datetime(2026, 3, 8, 16, tzinfo=UTC)),
        (Window.MONTH, "MONTHLY_LIMIT_REACHED", datetime(2026, 3, 31, 16, tzinfo=UTC)),
        (Window.PERIOD, "PERIOD_LIMIT_REACHED", datetime(2027, 3, 2, 9, 30, tzinfo=UTC)),
        (Window.FOREVER, "LIMIT_REACHED", None),
    ],
)
async def test_every_window_says_when_it_opens_again(
    frozen_clock: datetime, window: Window, code: str, until: datetime | None
) -> None:
    await in_force(a_rule(limits=(Limit(window=window, times=2),)))
    mei = await a_member(time_zone="Asia/Taipei")
    for minute in range(2):
        with later(frozen_clock, minutes=minute):
            assert earned(await do(mei, KIND))
    with later(frozen_clock, minutes=5):
        (told,) = (await do(mei, KIND)).refused
    assert (told.reason.code, told.reason.until) == (code, until)
    if until:
        with clock.frozen(until - timedelta(microseconds=1)):
            assert refused(await do(mei, KIND))
        with clock.frozen(until):
            assert earned(await do(mei, KIND))


async def test_an_amount_limit_pays_what_is_left_of_it() -> None:
    await in_force(a_rule(amount=40, limits=(Limit(window=Window.DAY, amount=100),)))
    mei = await a_member()
    assert [earned(await do(mei, KIND)).get("check_in") for _ in range(4)] == [40, 40, 20, None]
    assert (await balance(mei)).points == 100


async def test_the_tightest_of_several_limits_decides() -> None:
    limits = (Limit(window=Window.DAY, times=5), Limit(window=Window.MONTH, amount=25))
    await in_force(a_rule(limits=limits))
    mei = await a_member()
    assert [earned(await do(mei, KIND)).get("check_in") for _ in range(4)] == [10, 10, 5, None]


async def test_a_rule_cools_down(frozen_clock: datetime) -> None:
    await in_force(a_rule(cooldown_minutes=30))
    mei = await a_member()
    await do(mei, KIND)
    with later(frozen_clock, minutes=29):
        (told,) = (await do(mei, KIND)).refused
        assert (told.reason.code, told.reason.until) == ("COOLING_DOWN", frozen_clock + timedelta(minutes=30))
    with later(frozen_clock, minutes=30):
        assert earned(await do(mei, KIND))


async def test_a_delayed_rule_pays_into_pending(frozen_clock: datetime) -> None:
    await in_force(a_rule(delay_days=7))
    mei = await a_member()
    (paid,) = (await do(mei, KIND)).earned
    assert paid.pending_until == frozen_clock + timedelta(days=7)
    assert ((await balance(mei)).points, (await balance(mei)).pending) == (0, 10)
    with later(frozen_clock, days=7):
        assert (await balance(mei)).points == 10


async def test_an_activity_can_wait_for_an_event() -> None:
    lin = await a_member()
    (paid,) = (await do(lin, OwnKind.REFERRAL_QUALIFIED, pending_for="first order")).earned
    assert (paid.amount, paid.pending_for) == (100, "first order")
    assert ((await balance(lin)).points, (await balance(lin)).pending) == (0, 100)
    await ledger.activate("first order")
    assert (await balance(lin)).points == 100


async def test_nothing_is_earned_with_what_is_ones_own() -> None:
    mei = await a_member()
    effects = await do(mei, OwnKind.REACTION_RECEIVED, other_id=mei.member_id)
    assert refused(effects) == {"reaction": "ACTING_ON_ONESELF"}
    assert earned(effects) == {}


async def test_the_same_subject_counts_once_for_each_other_member() -> None:
    mei, lin, chen = await a_member(), await a_member(), await a_member()
    post = Subject("post", new_id())
    givers = (lin, chen, lin)
    effects = [await do(mei, OwnKind.REACTION_RECEIVED, subject=post, other_id=giver.member_id) for giver in givers]
    assert [bool(each.earned) for each in effects] == [True, True, False]
    assert refused(effects[2]) == {"reaction": "COUNTED_BEFORE"}


async def test_the_same_subject_raced_counts_once() -> None:
    mei, subject = await a_member(), Subject("post", new_id())
    effects = await asyncio.gather(*(do(mei, subject=subject) for _ in range(8)))
    assert sum(bool(each.earned) for each in effects) == 1


async def test_a_removed_subject_earns_nothing() -> None:
    mei, lin = await a_member(), await a_member()
    post = Subject("post", new_id())
    await engagement.withdraw(post, member_id=id_of(mei), reason="spam")
    effects = await do(mei, OwnKind.REACTION_RECEIVED, subject=post, other_id=lin.member_id)
    assert refused(effects) == {"reaction": "SUBJECT_REMOVED"}


async def test_who_may_not_earn_is_told_why_and_until_when() -> None:
    boss, mei = await a_member(roles=frozenset({Role.MODERATOR})), await a_member()
    end = clock.now() + timedelta(days=3)
    await members.restrict(boss, id_of(mei), Ability.EARN, reason="farming", ends_at=end)
    (told,) = (await do(mei)).refused
    assert isinstance(told.reason, errors.EarningRestricted)
    assert (told.reason.reason, told.reason.until) == ("farming", end)
    assert (await balance(mei)).credits == 0


async def test_a_condition_on_the_activity_decides_silently() -> None:
    asks = Condition(of="floor", test=Test.AT_LEAST, values=(3,))
    await in_force(a_rule(conditions=(asks,)))
    mei = await a_member()
    assert earned(await do(mei, KIND, metadata={"floor": 3})) == {"check_in": 10}
    low = await do(mei, KIND, metadata={"floor": 2})
    assert (earned(low), refused(low)) == ({}, {})


async def test_a_tier_multiplies() -> None:
    await in_force(
        a_rule(code="credits", currency=Currency.CREDITS, amount=200),
        a_rule(multipliers={"silver": 150}, amount=7),
    )
    mei = await a_member()
    before, after = await do(mei, KIND), await do(mei, KIND)
    assert before.tier_reached == "silver"
    assert [earned(each)["check_in"] for each in (before, after)] == [7, 10]


async def test_credits_raise_the_tier_in_the_same_breath() -> None:
    await in_force(
        a_rule(currency=Currency.CREDITS, amount=199), a_rule(code="last", currency=Currency.CREDITS, amount=1)
    )
    mei = await a_member()
    assert (await do(mei, KIND)).tier_reached == "silver"
    assert (await do(mei, KIND)).tier_reached is None


async def test_reactions_of_too_few_members_do_not_raise_the_tier() -> None:
    await in_force(a_rule(trigger=OwnKind.REACTION_RECEIVED, currency=Currency.CREDITS, amount=100))
    mei, lin = await a_member(), await a_member()
    effects = [await do(mei, OwnKind.REACTION_RECEIVED, other_id=lin.member_id) for _ in range(9)]
    assert (await balance(mei)).credits == 900
    assert [each.tier_reached for each in effects if each.tier_reached] == ["silver"]


async def test_the_version_in_force_when_it_happened_prices_it(frozen_clock: datetime) -> None:
    mei = await a_member()
    with later(frozen_clock, days=1):
        await in_force(a_rule(trigger=OwnKind.ORDER_PAID, code="order", amount=1))
        before = await do(mei, OwnKind.ORDER_PAID, quantity=1_000, occurred_at=frozen_clock)
        after = await do(mei, OwnKind.ORDER_PAID, quantity=1_000)
    assert [earned(each) for each in (before, after)] == [{"order": 100}, {"order": 1}]
    versions = await database.fetch("select rule_version from ledger_transfer where cause_kind = 'test' order by id")
    assert [row["rule_version"] for row in versions] == ["1", "2"]


async def test_what_happened_long_ago_has_expired_by_now(frozen_clock: datetime) -> None:
    mei = await a_member()
    effects = await do(mei, OwnKind.ORDER_PAID, quantity=1_000, occurred_at=frozen_clock - timedelta(days=800))
    assert earned(effects) == {"order": 100}
    assert (await balance(mei)).points == 0


async def test_limits_hold_within_one_batch_and_across_the_past(frozen_clock: datetime) -> None:
    mei = await a_member()
    yesterday = frozen_clock - timedelta(days=1)
    recordings = [
        Recording(activity=an_activity(mei, occurred_at=at), cause=a_cause())
        for at in [yesterday] * 5 + [frozen_clock] * 5
    ]
    effects = await engagement.record_all(recordings)
    assert [bool(each.earned) for each in effects] == ([True] * 3 + [False] * 2) * 2
    assert not (await do(mei, occurred_at=yesterday)).earned


async def test_one_cause_twice_in_a_batch_is_recorded_once() -> None:
    mei = await a_member()
    recording = Recording(activity=an_activity(mei), cause=a_cause())
    first, again = await engagement.record_all(
        [recording, Recording(activity=recording.activity, cause=recording.cause)]
    )
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert (await balance(mei)).credits == 10


async def test_a_batch_takes_as_many_statements_as_one() -> None:
    people = [await a_member() for _ in range(6)]
    for actor in people:
        await do(actor, OwnKind.ORDER_PAID, quantity=100)

    async def count(actors: list[object]) -> int:
        recordings = [
            Recording(activity=an_activity(actor, OwnKind.ORDER_PAID, quantity=100), cause=a_cause())
            for actor in actors
        ]
        with database.counting_statements() as counted:
            await engagement.record_all(recordings)
        return counted.count

    assert await count(people[:1]) == await count(people) == 6


async def test_a_stranger_is_not_found_and_nothing_is_left() -> None:
    mei = await a_member()
    activity = an_activity(mei, member_id=new_id())
    with pytest.raises(NotFound):
        await engagement.record(activity, cause=a_cause())
    assert await database.fetch_value("select count(*) from engagement_participant") == 0


async def test_what_fails_afterwards_takes_everything_with_it() -> None:
    mei = await a_member()

    @database.transaction()
    async def fail() -> None:
        await do(mei)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await database.fetch_value("select count(*) from engagement_activity") == 0
    assert (await balance(mei)).credits == 0


async def test_what_happened_is_announced() -> None:
    mei = await a_member()
    await do(mei)
    payload = await database.fetch_one(
        "select payload->>'kind' as kind, payload->>'credits' as credits from outbox_fact"
        " where type = 'activity.recorded'"
    )
    assert payload is not None
    assert tuple(payload) == ("post.written", "10")


async def test_the_ledger_reconciles_after_all_of_it() -> None:
    mei = await a_member()
    await asyncio.gather(*(do(mei) for _ in range(6)), *(do(mei, OwnKind.ORDER_PAID, quantity=77) for _ in range(6)))
    assert (await ledger.reconcile()).is_clean
