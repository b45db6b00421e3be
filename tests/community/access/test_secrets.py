"""Secrets: told apart by their prefix, checked by their checksum, kept as a hash."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.access import secrets
from community.access.secrets import Kind


def test_a_key_is_known_by_its_look() -> None:
    key = secrets.new_api_key()
    assert re.fullmatch(r"hg_key_[0-9A-Za-z]{46}", key)
    assert secrets.read(Kind.API_KEY, key) == key[7:-6]
    assert secrets.shown_part(key) == key[:15]


def test_no_two_keys_are_alike() -> None:
    assert len({secrets.new_api_key() for _ in range(1000)}) == 1000


@given(st.data())
def test_one_wrong_character_is_noticed(data: st.DataObject) -> None:
    key = secrets.write(Kind.API_KEY, "0123456789abcdefghijABCDEFGHIJ")
    place = data.draw(st.integers(7, len(key) - 1))
    other = data.draw(st.sampled_from([c for c in "0aZ9kQ-_é" if c != key[place]]))
    assert secrets.read(Kind.API_KEY, key[:place] + other + key[place + 1 :]) is None


KEY = secrets.write(Kind.API_KEY, "0123456789abcdefghijABCDEFGHIJ")


@pytest.mark.parametrize("mangled", [KEY[:-1], KEY + "0", KEY[1:], KEY.lower(), KEY + "\n", f" {KEY}", KEY * 2, ""])
def test_a_mangled_key_is_no_key(mangled: str) -> None:
    assert secrets.read(Kind.API_KEY, mangled) is None


def test_a_secret_of_one_kind_is_none_of_another() -> None:
    assert secrets.read(Kind.REFRESH, secrets.new_api_key()) is None


@given(st.binary(min_size=1, max_size=60))
def test_bytes_come_back_from_their_digits(data: bytes) -> None:
    assert secrets.from_digits(secrets.to_digits(data), len(data)) == data


@given(st.text("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", max_size=80))
def test_any_digits_are_bytes_or_nothing(body: str) -> None:
    found = secrets.from_digits(body, 52)
    assert found is None or secrets.to_digits(found) == body


@given(st.text(max_size=200))
def test_no_text_is_too_strange_to_be_refused(text: str) -> None:
    assert secrets.read(Kind.API_KEY, text) is None
    assert len(secrets.digest(text.encode("utf-8", "replace").decode())) == 32
