"""What is earned, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.partners.errors import ClickCounted, ClickExpired, ClickNotYours, PlanStartsInThePast
from community.partners.rules.conversions import Attribution, Books, Click, Commission, commission_of, flaw_in
from community.partners.rules.exports import Format, export
from community.partners.rules.friends import Friend, Purchase, owed_for_order, owed_for_sign_up
from community.partners.rules.lines import NOTHING, Missing, Owed, Written, missing
from community.partners.rules.plans import Plan, Terms, month_named, months_after, next_version, plan_at
from community.partners.rules.reports import LARGEST_AMOUNT, Report
from community.partners.rules.words import CauseKind, LineKind, LineStatus, Status
from community.referrals.rules.owners import Owner
from community.referrals.rules.stages import Review, Stage

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
NOW = START + timedelta(days=10)
DUE = NOW + timedelta(days=30)
HELD_UNTIL = NOW + timedelta(days=20)
HELD = Written(amount=750, lines=1, due_at=HELD_UNTIL, is_approved=False)
PARTNER = Owner.partner(UUID(int=1))


def a_plan(**terms: int) -> Plan:
    return Plan(version=1, starts_at=START, **terms)


def an_owed(amount: int) -> Owed:
    return Owed(cause=CauseKind.ORDER, cause_id=UUID(int=2), amount=amount, due_at=DUE)


A_FRIEND = Friend(
    referral_id=UUID(int=3),
    link_id=None,
    stage=Stage.QUALIFIED,
    review=Review.CLEAR,
    is_reported=False,
    qualified_at=NOW,
    held_until=None,
    first_at=START,
    plan=a_plan(per_sign_up=500, basis_points=750, recurring_months=12),
    standings=[(START, Status.ACTIVE)],
)

A_CLICK = Click(id=UUID(int=4), link_id=UUID(int=5), owner=PARTNER, source=None, campaign=None, at=START)
A_REPORT = Report(
    external_id="1", click_id="one", amount=10_000, currency="USD", occurred_at=NOW - timedelta(minutes=10)
)
BOOKS = Books(
    owner=PARTNER,
    now=NOW,
    currency="USD",
    plans=[a_plan(basis_points=750)],
    standings=[(START, Status.ACTIVE)],
    attributions=[Attribution("1", START, 90)],
    clicks={"one": A_CLICK},
    joined=set(),
)


@pytest.mark.parametrize(
    ("amount", "basis_points", "share"),
    [(10_000, 750, 750), (13, 750, 0), (14, 750, 1), (1, 10_000, 1), (LARGEST_AMOUNT, 9_999, 999_900_000_000)],
)
def test_a_share_is_rounded_down_to_the_minor_unit(amount: int, basis_points: int, share: int) -> None:
    assert a_plan(basis_points=basis_points).share_of(amount) == share


@given(st.integers(0, LARGEST_AMOUNT), st.integers(0, LARGEST_AMOUNT), st.integers(0, 10_000))
def test_parts_never_come_to_more_than_the_whole(one: int, other: int, basis_points: int) -> None:
    plan = a_plan(basis_points=basis_points)
    assert plan.share_of(one) + plan.share_of(other) <= plan.share_of(one + other) <= one + other


def test_without_months_only_the_first_order_counts() -> None:
    plan = a_plan()
    assert plan.counts(START, first_at=START, is_first=True)
    assert not plan.counts(START, first_at=START, is_first=False)


@pytest.mark.parametrize(
    ("placed_at", "counts"),
    [
        (datetime(2026, 1, 31, 8, 59, tzinfo=UTC), False),
        (START, True),
        (datetime(2026, 2, 28, 8, 59, tzinfo=UTC), True),
        (datetime(2026, 2, 28, 9, tzinfo=UTC), False),
    ],
)
def test_orders_count_until_so_many_months_have_passed(placed_at: datetime, counts: bool) -> None:
    assert a_plan(recurring_months=1).counts(placed_at, first_at=START, is_first=False) is counts


def test_a_month_later_is_the_same_day_where_there_is_one() -> None:
    assert months_after(START, 1) == datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert months_after(START, 12) == datetime(2027, 1, 31, 9, tzinfo=UTC)


def test_a_month_is_named_by_its_digits() -> None:
    assert month_named("2026-12") == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    for other in ("2026-13", "2026-1", "26-01", "2026-01-01", "２０２６-01", ""):
        assert month_named(other) is None


def test_lines_are_written_down_for_accountants() -> None:
    line = {
        "number": 1,
        "kind": LineKind.EARNED,
        "cause": CauseKind.ORDER,
        "amount": 750,
        "currency": "USD",
        "balance": 750,
        "status": LineStatus.PENDING,
        "recorded_at": START,
        "due_at": START,
    }
    when = "2026-01-31T09:00:00+00:00"
    assert export([line], Format.CSV).splitlines() == [
        "number,kind,cause,amount,currency,balance,status,recorded_at,due_at",
        f"1,earned,order,750,USD,750,pending,{when},{when}",
    ]
    assert export([line], Format.JSON).startswith('[{"number":1,"kind":"earned","cause":"order","amount":750,')


@pytest.mark.parametrize(
    ("owed", "written", "kind", "amount", "due_at", "approved_at"),
    [
        (750, NOTHING, LineKind.EARNED, 750, DUE, None),
        (900, HELD, LineKind.EARNED, 150, DUE, None),
        (700, HELD, LineKind.REVERSED, -50, HELD_UNTIL, None),
        (0, replace(HELD, is_approved=True), LineKind.REVERSED, -750, NOW, NOW),
    ],
)
def test_a_line_says_what_is_missing_and_what_is_taken_back_is_due_with_what_it_takes(
    owed: int, written: Written, kind: LineKind, amount: int, due_at: datetime, approved_at: datetime | None
) -> None:
    line = missing(an_owed(owed), written, now=NOW)
    assert line == Missing(kind=kind, amount=amount, step=written.lines, due_at=due_at, approved_at=approved_at)


def test_when_all_is_written_no_line_is_missing() -> None:
    assert missing(an_owed(750), HELD, now=NOW) is None
    assert missing(an_owed(0), NOTHING, now=NOW) is None


@pytest.mark.parametrize(
    ("change", "for_joining", "for_buying"),
    [
        ({}, 500, 750),
        ({"review": Review.WAITING}, 0, 0),
        ({"is_reported": True}, 0, 0),
        ({"stage": Stage.SIGNED_UP}, 0, 0),
        ({"stage": Stage.REVERSED}, 0, 750),
        ({"standings": [(START, Status.ACTIVE), (NOW, Status.SUSPENDED)]}, 0, 0),
        ({"plan": None}, 0, 0),
    ],
)
def test_a_friend_earns_while_honest_qualified_and_the_partner_active(
    change: dict[str, Any], for_joining: int, for_buying: int
) -> None:
    friend = replace(A_FRIEND, **change)
    purchase = Purchase(order_id=A_FRIEND.referral_id, left=10_000, placed_at=NOW, is_first=False)
    assert owed_for_sign_up(friend, now=NOW).amount == for_joining
    assert owed_for_order(purchase, friend, now=NOW).amount == for_buying


def test_what_a_friend_earned_is_held_at_least_as_long_as_the_referral() -> None:
    late = NOW + timedelta(days=90)
    assert owed_for_sign_up(A_FRIEND, now=NOW).due_at == NOW + timedelta(days=30)
    assert owed_for_sign_up(replace(A_FRIEND, held_until=late), now=NOW).due_at == late


def test_a_version_follows_those_before_it_and_the_first_begins_at_once() -> None:
    first = next_version(Terms(), [], now=NOW)
    second = next_version(Terms(starts_at=DUE), [first], now=NOW)
    assert [(plan.version, plan.starts_at) for plan in (first, second)] == [(1, NOW), (2, DUE)]
    assert [plan_at([first, second], each) for each in (START, NOW, DUE)] == [None, first, second]
    for terms, before in ((Terms(starts_at=DUE), []), (Terms(starts_at=START), [first]), (Terms(), [first])):
        with pytest.raises(PlanStartsInThePast):
            next_version(terms, before, now=NOW)


def test_a_click_counts_on_ones_own_link_in_its_window_and_where_nobody_joined() -> None:
    click = A_CLICK.id
    assert flaw_in(A_REPORT, BOOKS) is None
    assert flaw_in(A_REPORT, replace(BOOKS, clicks={})) == ClickNotYours()
    assert flaw_in(A_REPORT, replace(BOOKS, owner=Owner.partner(click))) == ClickNotYours()
    assert flaw_in(A_REPORT, replace(BOOKS, joined={click})) == ClickCounted()
    assert flaw_in(A_REPORT, replace(BOOKS, attributions=[Attribution("1", START, 3)])) == ClickExpired(3)


def test_a_conversion_earns_by_the_plan_in_force_when_it_happened() -> None:
    later = replace(a_plan(basis_points=1), version=2, starts_at=NOW)
    assert commission_of(A_REPORT, replace(BOOKS, plans=[*BOOKS.plans, later])) == Commission(
        amount=750, due_at=NOW + timedelta(days=30), plan_version=1, programme_version="1"
    )
    assert commission_of(A_REPORT, replace(BOOKS, plans=[later])).plan_version == 2
    assert commission_of(A_REPORT, replace(BOOKS, standings=[(START, Status.CLOSED)])).amount == 0
