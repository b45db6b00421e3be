"""Messages in the caller's language."""

from datetime import UTC, datetime

import pytest

from community.kernel.errors import BadInput, NotFound
from community.kernel.messages import choose_locale, render
from community.members.errors import TimeZoneChangedRecently, UnknownLocale


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr,zh-Hant;q=0.5,en;q=0.4", "zh-Hant"),
        ("fr", "en"),
        ("zh;q=0,en", "en"),
        (";;;,q=,en;q=x,\x00" * 400, "en"),
    ],
)
def test_the_best_of_our_languages_is_chosen(header: str | None, locale: str) -> None:
    assert choose_locale(header) == locale


def test_a_message_speaks_the_callers_language() -> None:
    assert render(NotFound("Post"), "en") == "No Post with this id is visible to you."
    assert render(NotFound("Post"), "zh-Hant") == "找不到您可以檢視的 Post。"


def test_lists_times_and_limits_are_written_for_people() -> None:
    assert render(UnknownLocale("fr", ["en", "zh-Hant"]), "en").endswith("Choose one of: en, zh-Hant.")
    assert "2026" in render(TimeZoneChangedRecently(datetime(2026, 1, 31, tzinfo=UTC)), "zh-Hant")
    assert (
        render(BadInput("first", "A page holds 0 to {limit} items.", 100), "en")
        == "first: A page holds 0 to 100 items."
    )


def test_an_unknown_language_gets_english() -> None:
    assert render(NotFound("Post"), "tlh") == "No Post with this id is visible to you."
