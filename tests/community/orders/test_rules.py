"""What can be recorded, and what a refund comes to."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from community.kernel.errors import Problem
from community.orders import errors
from community.orders.rules.drafts import LARGEST_AMOUNT, Draft, Line, flaw_in, whole_units
from community.orders.rules.refunds import Bought, Paid, amount_of

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MEMBER = UUID(int=1)


def a_line(**details: Any) -> Line:
    return Line(**{"sku": "cd-1", "name": "Kind of Blue", "quantity": 1, "unit_amount": 10_000, **details})


def a_draft(**details: Any) -> Draft:
    defaults = {
        "member_id": MEMBER,
        "source": "shop",
        "external_id": "1",
        "currency": "USD",
        "lines": (a_line(),),
        "placed_at": NOW,
    }
    return Draft(**{**defaults, **details})


def flaw(**details: Any) -> Problem | None:
    return flaw_in(a_draft(**details), currency="USD", now=NOW)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"source": ""}, "source"),
        ({"source": "Shop"}, "source"),
        ({"source": "shop@key"}, "source"),
        ({"source": "s" * 25}, "source"),
        ({"external_id": ""}, "externalId"),
        ({"external_id": " 1"}, "externalId"),
        ({"external_id": "1\u200b"}, "externalId"),
        ({"external_id": "1" * 101}, "externalId"),
        ({"lines": ()}, "lines"),
        ({"lines": (a_line(),) * 101}, "lines"),
        ({"lines": (a_line(sku="two words"),)}, "sku"),
        ({"lines": (a_line(sku=""),)}, "sku"),
        ({"lines": (a_line(name="\u2800"),)}, "name"),
        ({"lines": (a_line(name="n" * 201),)}, "name"),
        ({"lines": (a_line(quantity=0),)}, "quantity"),
        ({"lines": (a_line(quantity=-1),)}, "quantity"),
        ({"lines": (a_line(quantity=10**6 + 1),)}, "quantity"),
        ({"lines": (a_line(unit_amount=-1),)}, "unitAmount"),
        ({"lines": (a_line(unit_amount=10**13),)}, "unitAmount"),
        ({"lines": (a_line(quantity=10**6, unit_amount=10**7),)}, "unitAmount"),
        ({"discount": -1}, "discount"),
        ({"placed_at": datetime(1969, 12, 31, 23, tzinfo=UTC)}, "placedAt"),
        ({"placed_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8)))}, "placedAt"),
    ],
)
def test_what_cannot_be_used_is_named(details: dict[str, Any], field: str) -> None:
    assert flaw(**details) == errors.InvalidOrder(field)


def test_an_order_comes_to_its_lines_without_the_discount() -> None:
    assert a_draft(lines=(a_line(quantity=3), a_line(unit_amount=1)), discount=2).amount == 29_999


@pytest.mark.parametrize("discount", [10_001, LARGEST_AMOUNT])
def test_nothing_below_zero_is_paid(discount: int) -> None:
    assert flaw(discount=discount) == errors.InvalidOrderAmount(LARGEST_AMOUNT)


def test_what_is_larger_than_can_be_counted_is_refused() -> None:
    assert flaw(lines=(a_line(unit_amount=LARGEST_AMOUNT), a_line())) == errors.InvalidOrderAmount(LARGEST_AMOUNT)
    assert flaw(lines=(a_line(unit_amount=LARGEST_AMOUNT),)) is None


def test_what_costs_nothing_is_an_order_too() -> None:
    assert flaw(lines=(a_line(unit_amount=0),)) is None
    assert flaw(discount=10_000) is None


def test_another_currency_is_refused() -> None:
    assert flaw(currency="EUR") == errors.CurrencyNotAccepted("EUR", "USD")


def test_the_future_is_refused_and_this_instant_is_not() -> None:
    assert flaw(placed_at=NOW) is None
    later = NOW + timedelta(microseconds=1)
    assert flaw(placed_at=later) == errors.PlacedInTheFuture(later)


@pytest.mark.parametrize(
    "change",
    [
        {"member_id": UUID(int=2)},
        {"discount": 1},
        {"lines": (a_line(unit_amount=10_001),)},
        {"lines": (a_line(), a_line())},
        {"lines": (a_line(name="So What"),)},
        {"currency": "EUR"},
    ],
)
def test_an_order_differs_by_who_paid_how_much_for_what(change: dict[str, Any]) -> None:
    assert a_draft(**change).digest() != a_draft().digest()


def test_an_order_is_the_same_whenever_it_was_placed() -> None:
    assert a_draft(placed_at=NOW - timedelta(days=1)).digest() == a_draft().digest()


@pytest.mark.parametrize(("amount", "digits", "units"), [(19_999, 2, 199), (99, 2, 0), (500, 0, 500)])
def test_rules_count_whole_units(amount: int, digits: int, units: int) -> None:
    assert whole_units(amount, digits) == units


def bought(position: int, quantity: int, unit_amount: int, returned: int = 0) -> Bought:
    return Bought(position=position, quantity=quantity, unit_amount=unit_amount, returned=returned)


def test_all_that_is_left_goes_back_when_nothing_else_is_said() -> None:
    paid = Paid(amount=10_000, refunded=2_500, lines=[bought(1, 1, 10_000)])
    assert amount_of(paid, amount=None, returns={}) == 7_500


@pytest.mark.parametrize("amount", [0, -1])
def test_a_refund_of_nothing_is_refused(amount: int) -> None:
    with pytest.raises(errors.InvalidRefundAmount) as refused:
        amount_of(Paid(amount=100, refunded=0, lines=[]), amount=amount, returns={})
    assert refused.value.left == 100


@pytest.mark.parametrize("amount", [101, 10**13])
def test_more_than_is_left_is_refused_with_what_is_left(amount: int) -> None:
    with pytest.raises(errors.RefundTooLarge) as refused:
        amount_of(Paid(amount=150, refunded=50, lines=[]), amount=amount, returns={})
    assert (refused.value.asked, refused.value.left) == (amount, 100)


def test_nothing_is_left_of_what_went_back_whole() -> None:
    with pytest.raises(errors.RefundTooLarge):
        amount_of(Paid(amount=150, refunded=150, lines=[]), amount=None, returns={})


def test_an_amount_and_lines_at_once_are_refused() -> None:
    with pytest.raises(errors.InvalidRefundAmount):
        amount_of(Paid(amount=100, refunded=0, lines=[bought(1, 1, 100)]), amount=50, returns={1: 1})


@pytest.mark.parametrize(("returns", "returnable"), [({2: 1}, 0), ({1: 3}, 2), ({1: 0}, 2), ({1: -1}, 2)])
def test_only_what_was_bought_and_is_not_back_can_come_back(returns: dict[int, int], returnable: int) -> None:
    with pytest.raises(errors.InvalidReturn) as refused:
        amount_of(Paid(amount=300, refunded=0, lines=[bought(1, 3, 100, returned=1)]), amount=None, returns=returns)
    assert refused.value.returnable == returnable


def test_the_parts_of_a_discounted_order_come_to_exactly_what_was_paid() -> None:
    """Three at 33.33 with a discount of 10.00: 89.99 in three parts."""
    refunded, parts = 0, []
    for returned in range(3):
        paid = Paid(amount=8_999, refunded=refunded, lines=[bought(1, 3, 3_333, returned)])
        parts.append(amount_of(paid, amount=None, returns={1: 1}))
        refunded += parts[-1]
    assert (sum(parts), max(parts) - min(parts)) == (8_999, 1)


def test_what_was_free_gives_nothing_back() -> None:
    paid = Paid(amount=100, refunded=0, lines=[bought(1, 1, 100), bought(2, 1, 0)])
    with pytest.raises(errors.InvalidRefundAmount):
        amount_of(paid, amount=None, returns={2: 1})
