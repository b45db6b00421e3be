"""What a post or a comment may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.kernel.errors import InvalidReason
from community.kernel.text import is_blank
from community.posts import errors
from community.posts.rules.texts import normalized, read, removal_reason


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00b\x1b[31m\ud800c\x7f", "ab[31mc"),
        ("\n\n  code  \n\n", "  code"),
        ("cafe\u0301", "café"),
        ("\ud83c\udf5c", ""),
    ],
)
def test_a_text_is_cleaned_before_it_is_kept(typed: str, kept: str) -> None:
    assert normalized(typed) == kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once(typed: str) -> None:
    assert normalized(normalized(typed)) == normalized(typed)


@pytest.mark.parametrize(
    "blank",
    ["", " \n\t", "\u200b\u200d\u2060\ufeff", "\u3164", "\u2800 \u115f", "\u0301", "\u202e", "&nbsp;", "---",
     "[a]: https://a.tw", "![](javascript:x)"],
)  # fmt: skip
def test_a_text_without_anything_to_see_is_empty(blank: str) -> None:
    with pytest.raises(errors.EmptyText):
        read(normalized(blank), 100)


@pytest.mark.parametrize("text", ["🍜", "。", "1", "é", "👨‍👩‍👧", "❤️"])
def test_a_single_visible_sign_is_a_text(text: str) -> None:
    assert not is_blank(read(normalized(text), 100).text)


def test_the_length_is_that_of_the_cleaned_text() -> None:
    assert read(normalized("e\u0301" * 100 + "\n\n"), 100).text == "é" * 100
    with pytest.raises(errors.TextTooLong) as caught:
        read("a" * 101, 100)
    assert (caught.value.length, caught.value.max_length) == (101, 100)


def test_a_hashtag_of_1000_characters_is_named_by_its_beginning() -> None:
    with pytest.raises(errors.HashtagTooLong) as caught:
        read("#" + "好" * 1_000, 10_000)
    assert caught.value.data == {"hashtag": "好" * 20, "length": 1_000, "max_length": 50}
    assert read("#" + "好" * 50, 10_000).hashtags == ("好" * 50,)


def test_a_text_is_not_stuffed_with_hashtags_or_mentions() -> None:
    assert len(read(" ".join(f"#x{n} @abc{n}" for n in range(30)), 10_000).hashtags) == 30
    with pytest.raises(errors.TooManyHashtags, match="31 hashtags; at most 30"):
        read("#x " * 31, 10_000)
    with pytest.raises(errors.TooManyMentions, match="31 mentions of members; at most 30"):
        read("@abc " * 31, 10_000)


def test_authors_need_no_reason_and_moderators_do() -> None:
    assert removal_reason(None, is_author=True) == ""
    assert removal_reason(" spam ", is_author=False) == "spam"
    assert removal_reason(" ", is_author=True) == ""
    for reason, is_author in ((None, False), (" ", False), ("x" * 501, True)):
        with pytest.raises(InvalidReason):
            removal_reason(reason, is_author=is_author)
