"""Text as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.kernel.errors import InvalidReason
from community.kernel.text import LONGEST_REASON, fold, has_invisible, reason_in, strip_controls


@pytest.mark.parametrize(
    ("left", "right"), [("ＡＢＣ", "abc"), ("Straße", "STRASSE"), ("ｶﾞ", "ガ"), ("é", "e\u0301"), ("①", "1")]
)
def test_two_spellings_of_one_word_fold_to_the_same(left: str, right: str) -> None:
    assert fold(left) == fold(right)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_what_cannot_be_seen_is_found() -> None:
    assert has_invisible("a\u200bb")
    assert has_invisible("a\x00")
    assert not has_invisible("陳美玲 🎉")


def test_controls_go_and_lines_stay() -> None:
    assert strip_controls("a\x00b\n\tc\ud800") == "ab\n\tc"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  spam \n", "spam"),
        ("廣告，第二次了 🎉", "廣告，第二次了 🎉"),
        ("first\nsecond\ttab", "first\nsecond\ttab"),
        ("x" * LONGEST_REASON + " ", "x" * LONGEST_REASON),
    ],
)
def test_a_reason_is_kept_without_the_blanks_around_it(given: str, kept: str) -> None:
    assert reason_in(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        *("", " \n\t", "\u3000", "\u3164", "\u0301"),  # nothing, spaces, a wide one, a letter without ink, a lone mark
        *("\u200b", "sp\u200bam", "sp\u202eam", "sp\u2066am", "sp\ufeffam", "sp\x00am", "sp\ud800am"),
        "x" * (LONGEST_REASON + 1),
    ],
)
def test_a_reason_can_be_read_and_is_not_too_long(given: str) -> None:
    with pytest.raises(InvalidReason) as refused:
        reason_in(given)
    assert refused.value.max_length == LONGEST_REASON
