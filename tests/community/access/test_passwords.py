"""Passwords: hashed slowly, one answer for the unknown, a queue with an end."""

import asyncio
import threading
from collections.abc import Iterator

import argon2
import pytest

from community.access import passwords
from community.kernel.errors import TooBusy
from community.settings import settings


@pytest.fixture
def two_places(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One thread and one place to wait."""
    monkeypatch.setenv("HOURGLASS_PASSWORD_THREADS", "1")
    monkeypatch.setenv("HOURGLASS_PASSWORD_QUEUE", "1")
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget() -> None:
    for known in (settings, passwords._hasher, passwords._threads, passwords._places):
        known.cache_clear()


async def test_a_password_matches_its_own_hash_only() -> None:
    hashed = await passwords.hashed("correct horse battery")
    assert hashed.encoded.startswith("$argon2id$")
    assert await passwords.matches("correct horse battery", hashed.encoded)
    assert not await passwords.matches("correct horse battery!", hashed.encoded)
    assert "horse" not in hashed.encoded


async def test_an_account_that_is_not_there_costs_a_real_verification() -> None:
    decoy = argon2.extract_parameters(passwords._decoy())
    assert decoy == argon2.extract_parameters((await passwords.hashed("correct horse battery")).encoded)
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        argon2.PasswordHasher().verify(passwords._decoy(), "correct horse battery")
    assert not await passwords.matches("correct horse battery", None)


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "é" * 100_000, "🐎" * 50_000])
async def test_any_text_can_be_tried(password: str) -> None:
    assert not await passwords.matches(password, (await passwords.hashed("correct horse battery")).encoded)


async def test_a_damaged_hash_matches_nothing() -> None:
    assert not await passwords.matches("correct horse battery", "$argon2id$damaged")


async def test_other_parameters_make_a_hash_outdated() -> None:
    hashed = (await passwords.hashed("correct horse battery")).encoded
    assert not passwords.is_outdated(hashed)
    assert passwords.is_outdated(hashed.replace("t=1", "t=2"))


@pytest.mark.usefixtures("two_places")
async def test_a_full_queue_turns_people_away_and_a_place_that_comes_free_is_taken() -> None:
    gate = threading.Event()
    held = [asyncio.ensure_future(passwords._in_thread(gate.wait)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await passwords.hashed("correct horse battery")
    gate.set()
    await asyncio.gather(*held)
    assert await passwords.hashed("correct horse battery")


@pytest.mark.usefixtures("two_places")
async def test_whoever_leaves_the_queue_frees_their_place() -> None:
    gate = threading.Event()
    running, waiting = (asyncio.ensure_future(passwords._in_thread(gate.wait)) for _ in range(2))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    next_one = asyncio.ensure_future(passwords.hashed("correct horse battery"))
    gate.set()
    await running
    assert (await next_one).encoded
