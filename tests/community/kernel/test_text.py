"""Text as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.kernel.text import fold, has_invisible, search_tokens, strip_controls


@pytest.mark.parametrize(
    ("left", "right"), [("ＡＢＣ", "abc"), ("Straße", "STRASSE"), ("ｶﾞ", "ガ"), ("é", "e\u0301"), ("①", "1")]
)
def test_two_spellings_of_one_word_fold_to_the_same(left: str, right: str) -> None:
    assert fold(left) == fold(right)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("南湖旁邊", ["南湖", "湖旁", "旁邊"]),
        ("好", ["好"]),
        ("iPhone很好用", ["iphone", "很好", "好用"]),
        ("a-b  C3", ["a", "b", "c3"]),
        ("，。！", []),
        ("ภาษาไทย हिन्दी", ["ภาษาไทย", "हिन्दी"]),
    ],
)
def test_words_are_whole_and_cjk_runs_are_pairs(text: str, tokens: list[str]) -> None:
    assert search_tokens(text) == tokens


def test_what_cannot_be_seen_is_found() -> None:
    assert has_invisible("a\u200bb")
    assert has_invisible("a\x00")
    assert not has_invisible("陳美玲 🎉")


def test_controls_go_and_lines_stay() -> None:
    assert strip_controls("a\x00b\n\tc\ud800") == "ab\n\tc"
