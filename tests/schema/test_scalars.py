"""Scalars keep their promises."""

from datetime import UTC, datetime

import pytest
from graphql import GraphQLError

from schema.scalars import parse_datetime, parse_long, write_datetime


@pytest.mark.parametrize(
    ("given", "long"), [(0, 0), (-5, -5), (2**62, 2**62), (2**63 - 1, 2**63 - 1), ("9007199254740993", 2**53 + 1)]
)
def test_a_long_has_63_bits_and_a_sign(given: object, long: int) -> None:
    assert parse_long(given) == long


@pytest.mark.parametrize("given", [1.0, True, None, "", "-", "1e3", "٣", "1.5", " 1", 2**63, "9" * 5000, [], {}])
def test_what_is_no_whole_number_is_refused(given: object) -> None:
    with pytest.raises(GraphQLError):
        parse_long(given)


def test_an_instant_comes_back_in_utc() -> None:
    instant = parse_datetime("2026-01-31T09:00:00.5+08:00")
    assert instant == datetime(2026, 1, 31, 1, 0, 0, 500_000, UTC)
    assert write_datetime(instant) == "2026-01-31T01:00:00.500000Z"
    assert write_datetime(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "given", ["2026-01-31T09:00:00", "2026-02-30T00:00:00Z", "yesterday", 5, None, "0001-01-01T00:00:00+14:00"]
)
def test_an_instant_without_a_zone_or_outside_the_calendar_is_refused(given: object) -> None:
    with pytest.raises(GraphQLError):
        parse_datetime(given)
