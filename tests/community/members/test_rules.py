"""What a profile may say and when it may change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from community.members import rules

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("handle", ["mei", "Mei_Lin", "a12", "x" * 30])
def test_a_handle_is_a_word_that_fits_behind_an_at_sign(handle: str) -> None:
    assert rules.is_handle(handle)


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "ab",
        "x" * 31,
        "1mei",
        "_mei",
        "mei lin",
        "mei-lin",
        "美玲",
        "mei😀",
        "me\u200bi",
        "mеi",
        "Admin",
        "SUPPORT",
        "mei\n",
    ],
)
def test_a_handle_has_no_emoji_no_zero_width_no_lookalikes_and_is_not_ours(handle: str) -> None:
    assert not rules.is_handle(handle)


@pytest.mark.parametrize("name", ["Mei", "陳美玲", "Zoë 🎉", "👩\u200d👩\u200d👧", "x" * 50])
def test_a_display_name_is_what_people_can_see(name: str) -> None:
    assert rules.is_display_name(name)


@pytest.mark.parametrize(
    "name", ["", " ", " Mei", "\u200b", "\u200d", "Me\u202ei", "Mei\x00", "x" * 51, "\ud800", "\u3164", "\u0301"]
)
def test_a_display_name_hides_nothing(name: str) -> None:
    assert not rules.is_display_name(name)


@pytest.mark.parametrize(
    ("zone", "known"), [("Asia/Taipei", True), ("UTC", True), ("asia/taipei", False), ("+8", False), ("", False)]
)
def test_a_time_zone_is_an_iana_name(zone: str, known: bool) -> None:
    assert rules.is_time_zone(zone) is known


def test_the_first_move_is_free_and_the_next_is_30_days_later() -> None:
    assert rules.time_zone_changeable_at(None) is None
    assert rules.time_zone_changeable_at(NOW) == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("day", "possible"), [("2000-02-29", True), ("2026-01-31", False), ("2027-01-01", False), ("1890-01-01", False)]
)
def test_a_birthday_lies_behind_somebody_alive(day: str, possible: bool) -> None:
    assert rules.is_birthday(date.fromisoformat(day), NOW.date()) is possible


@pytest.mark.parametrize(
    ("source", "will_do"),
    [
        ("signup-form", True),
        ("報名表", True),
        ("", False),
        (" ", False),
        ("a\0b", False),
        ("\u200b", False),
        ("x" * 65, False),
    ],
)
def test_the_source_of_a_consent_can_be_read(source: str, will_do: bool) -> None:
    assert rules.is_consent_source(source) is will_do
