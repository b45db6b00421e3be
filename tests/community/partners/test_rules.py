"""What is earned, without a database."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.partners.rules.exports import Format, export
from community.partners.rules.plans import Plan, month_named, months_after
from community.partners.rules.reports import LARGEST_AMOUNT
from community.partners.rules.words import CauseKind, LineKind, LineStatus

START = datetime(2026, 1, 31, 9, tzinfo=UTC)


def a_plan(**terms: int) -> Plan:
    return Plan(version=1, starts_at=START, **terms)


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
