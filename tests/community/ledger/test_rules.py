"""The ledger's decisions, without a database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.kernel.ids import new_id
from community.ledger.rules.accounts import SHARDS, AccountName, Holding
from community.ledger.rules.expiry import FOR_EVER, Lifetime, expires_at
from community.ledger.rules.lots import Draw, Lot, draw, give_back, owed
from community.ledger.rules.transfers import LARGEST, Cause, Currency, is_amount, microseconds

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
YEAR = Lifetime(months=12)


def a_lot(remaining: int, **fields: object) -> Lot:
    return Lot(
        **{
            "id": new_id(),
            "member_id": new_id(),
            "currency": Currency.POINTS,
            "transfer_id": new_id(),
            "amount": max(remaining, 1),
            "remaining": remaining,
            "earned_at": NOON,
            "lifetime": YEAR,
            "activated_at": NOON,
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("activated", "zone", "expires"),
    [
        ("2026-03-02T12:00+00:00", "UTC", "2027-04-01T00:00+00:00"),
        ("2026-03-31T23:59+00:00", "UTC", "2027-04-01T00:00+00:00"),
        ("2026-03-31T23:59+00:00", "Asia/Taipei", "2027-04-30T16:00+00:00"),
        ("2026-12-31T12:00+00:00", "UTC", "2028-01-01T00:00+00:00"),
        ("2024-02-29T12:00+00:00", "UTC", "2025-03-01T00:00+00:00"),
    ],
)
def test_points_live_twelve_months_rounded_up_to_the_end_of_the_month_in_the_programmes_zone(
    activated: str, zone: str, expires: str
) -> None:
    assert expires_at(YEAR, datetime.fromisoformat(activated), zone) == datetime.fromisoformat(expires)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), st.integers(1, 120))
def test_nothing_expires_before_its_months_are_over_nor_a_month_later(activated: datetime, months: int) -> None:
    expires = expires_at(Lifetime(months=months), activated, "UTC")
    assert expires
    passed = (expires.year - activated.year) * 12 + expires.month - activated.month
    assert (passed, expires.day) == (months + 1, 1)


def test_what_has_no_months_expires_when_it_says_or_never() -> None:
    assert expires_at(Lifetime(until=NOON), NOON - timedelta(days=9), "UTC") == NOON
    assert expires_at(FOR_EVER, NOON, "UTC") is None


def test_a_lot_expires_at_its_instant_not_before_it() -> None:
    lot = a_lot(1, expires_at=NOON)
    assert not lot.has_expired(NOON - timedelta(microseconds=1))
    assert lot.has_expired(NOON)


def test_a_lot_is_ripe_from_its_instant_on_and_only_while_it_is_pending() -> None:
    pending = a_lot(1, activated_at=None, pending_until=NOON)
    assert [pending.is_ripe(NOON - timedelta(microseconds=1)), pending.is_ripe(NOON)] == [False, True]
    assert not a_lot(1, activated_at=None, pending_for="first order").is_ripe(NOON)
    assert not a_lot(1, pending_until=NOON).is_ripe(NOON)


def test_drawing_empties_one_lot_after_the_other() -> None:
    lots = [a_lot(5), a_lot(0), a_lot(5), a_lot(5)]
    assert draw(lots, 7) == [Draw(lots[0], 5), Draw(lots[2], 2)]


@given(st.lists(st.integers(0, 50), max_size=8), st.integers(1, 500))
def test_drawing_takes_what_is_asked_or_all_there_is(amounts: list[int], asked: int) -> None:
    draws = draw([a_lot(amount) for amount in amounts], asked)
    assert sum(drawn.amount for drawn in draws) == min(asked, sum(amounts))
    assert all(0 < drawn.amount <= drawn.lot.remaining for drawn in draws)


def test_the_last_drawn_goes_back_first() -> None:
    draws = [Draw(a_lot(0), 5), Draw(a_lot(0), 3)]
    assert give_back(draws, 0, 4) == [Draw(draws[1].lot, 3), Draw(draws[0].lot, 1)]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.data())
def test_giving_back_in_parts_is_giving_back_at_once(amounts: list[int], data: st.DataObject) -> None:
    draws = [Draw(a_lot(0), amount) for amount in amounts]
    total = sum(amounts)
    first = data.draw(st.integers(0, total))
    returned = dict.fromkeys((drawn.lot.id for drawn in draws), 0)
    for part in give_back(draws, 0, first) + give_back(draws, first, total - first):
        returned[part.lot.id] += part.amount
    assert list(returned.values()) == amounts


@pytest.mark.parametrize(
    ("given", "reversed_before", "expired", "expired_before", "asked", "answer"),
    [
        (100, 0, 0, 0, 100, 100),
        (100, 0, 40, 0, 100, 60),
        (100, 0, 100, 0, 100, 0),
        (100, 0, 40, 0, 50, 50),
        (100, 50, 40, 0, 50, 10),
        (100, 90, 40, 30, 10, 0),
    ],
)
def test_what_expired_unused_is_never_owed(
    given: int, reversed_before: int, expired: int, expired_before: int, asked: int, answer: int
) -> None:
    assert answer == owed(
        given=given,
        reversed_before=reversed_before,
        expired=expired,
        expired_before=expired_before,
        asked=asked,
    )


@given(st.integers(1, 1000), st.data())
def test_parts_owe_together_what_the_whole_owes(amount: int, data: st.DataObject) -> None:
    expired = data.draw(st.integers(0, amount))
    first = data.draw(st.integers(0, amount))
    owed_first = owed(given=amount, reversed_before=0, expired=expired, expired_before=0, asked=first)
    owed_then = owed(
        given=amount,
        reversed_before=first,
        expired=expired,
        expired_before=first - owed_first,
        asked=amount - first,
    )
    assert owed_first + owed_then == amount - expired


@pytest.mark.parametrize("amount", [0, -1, LARGEST + 1, 1.0, True, "1"])
def test_an_amount_is_a_whole_number_above_zero_of_63_bits(amount: object) -> None:
    assert not is_amount(amount)  # type: ignore[arg-type]
    assert is_amount(LARGEST)


@pytest.mark.parametrize("key", ["", "a\nb", "a\x1fb", "x" * 201])
def test_a_cause_has_a_name_that_can_be_printed(key: str) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        Cause("order", key)


def test_a_name_always_gives_the_same_account_and_another_name_another() -> None:
    members = [new_id() for _ in range(40)]
    names = {
        AccountName.of(member, currency, holding) for member in members for currency in Currency for holding in Holding
    }
    assert len({name.id for name in names}) == len(names) <= 2 * (2 * 40 + 4 * SHARDS)
    assert (
        AccountName.of(members[0], Currency.POINTS, Holding.ACTIVE).id
        == AccountName(Currency.POINTS, Holding.ACTIVE, members[0], None).id
    )


def test_a_members_account_has_a_floor_and_the_systems_has_none() -> None:
    floors = {holding: AccountName.of(new_id(), Currency.POINTS, holding).floor for holding in Holding}
    assert {holding for holding, floor in floors.items() if floor is None} == {
        Holding.ISSUANCE,
        Holding.SPENT,
        Holding.EXPIRED,
        Holding.ADJUSTMENTS,
    }
    assert floors[Holding.ACTIVE] == floors[Holding.PENDING] == 0


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(-12, 14))
def test_microseconds_are_exact_before_and_after_1970_in_every_zone(local: datetime, hours: int) -> None:
    instant = local.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert microseconds(instant) == (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
