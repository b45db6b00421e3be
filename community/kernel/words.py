"""Words with a meaning: enums whose values each come with the sentence that people read."""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A value such as `posts.remove_any`, declared with what it means: `REMOVE_ANY = "posts.remove_any", "Remove…"`."""

    _value_: str
    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        if not meaning:
            raise TypeError(f"{value}: a word needs a sentence that says what it means")
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        return word
