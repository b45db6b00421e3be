"""Text as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.kernel.text import fold, has_invisible, strip_controls


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
