"""A word is its value, and says what it means."""

import pytest

from community.kernel.words import Word


class Weather(Word):
    RAIN = "rain", "Take an umbrella."


def test_a_word_is_its_value_wherever_a_string_is_wanted() -> None:
    assert Weather.RAIN == "rain"
    assert f"{Weather.RAIN}" == Weather.RAIN.value == "rain"
    assert Weather("rain") is Weather.RAIN


def test_a_word_says_what_it_means() -> None:
    assert Weather.RAIN.meaning == "Take an umbrella."


def test_a_word_without_a_meaning_is_none() -> None:
    with pytest.raises(TypeError, match="snow: a word needs a sentence"):
        Word("Weather", {"SNOW": "snow"})
