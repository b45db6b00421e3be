"""What a text can be found by, and what a question means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.kernel.search import MAX_TOKEN_LENGTH, question_of, words_of


def test_chinese_is_indexed_in_overlapping_pairs_and_the_last_character_alone() -> None:
    assert words_of("在南湖邊") == "'在南':1 '南湖':2 '湖邊':3 '邊':4"


def test_words_are_whole_and_folded_and_scripts_part_where_they_meet() -> None:
    assert words_of("ＩＰｈｏｎｅ15手機！ it's Straße") == "'iphone15':1 '手機':2 '機':3 'it':4 's':5 'strasse':6"


def test_a_token_that_comes_again_has_all_its_places() -> None:
    assert words_of("哈哈哈 ha ha") == "'哈哈':1,2 '哈':3 'ha':4,5"


def test_invisible_characters_count_for_nothing() -> None:
    assert words_of("南\u200b湖 می\u200cخواهم") == words_of("南湖 میخواهم")


@pytest.mark.parametrize(
    ("query", "question"),
    [
        ("南湖", "('南湖')"),
        ("台北美食", "('台北' <1> '北美' <1> '美食')"),
        ("湖", "('湖':*)"),
        ("南湖 酒店", "('南湖') & ('酒店')"),
        ("iPhone手機", "('iphone' <1> '手機')"),
        ("手機iph", "('手機' <2> 'iph':*)"),
        ("new york", "('new') & ('york':*)"),
        ("a", "('a')"),
        ("南湖，", "('南湖')"),
        ("it's", "('it' <1> 's')"),
    ],
)
def test_a_question_asks_for_each_phrase_between_spaces(query: str, question: str) -> None:
    assert question_of(query) == question


@pytest.mark.parametrize("query", ["", "  ", "!?。", "🍜", "\u200b\u2060", "\x00", "'&|!():*<->\\"])
def test_a_question_without_a_letter_or_digit_asks_for_nothing(query: str) -> None:
    assert question_of(query) is None


def test_a_word_without_end_is_cut_alike_in_texts_and_questions() -> None:
    assert words_of("a" * 10_000) == f"'{'a' * MAX_TOKEN_LENGTH}':1"
    assert question_of("a" * 100) == f"('{'a' * MAX_TOKEN_LENGTH}':*)"


@given(st.text())
def test_nothing_that_means_something_to_postgresql_comes_through(text: str) -> None:
    tokens = [part for part in words_of(text).split(" ") if part]
    for token in tokens:
        assert not set(token[1 : token.rindex("'")]) & set("'\\ \x00")
