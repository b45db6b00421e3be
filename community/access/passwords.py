"""Passwords, hashed with argon2id in a few threads behind a short queue, so that sign-ins cannot stop the server."""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from community.access.rules import readable_password
from community.kernel.errors import TooBusy
from community.settings import settings

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class HashedPassword:
    """A password's argon2id hash, with its parameters and salt."""

    encoded: str


async def hashed(password: str) -> HashedPassword:
    """Hash a password: tens of milliseconds in a thread. Raises TooBusy when the queue is full."""
    return HashedPassword(await _in_thread(lambda: _hasher().hash(_bytes(password))))


async def matches(password: str, encoded: str | None) -> bool:
    """Whether the password has this hash. With None it is no account's, and takes just as long to say no."""
    return await _in_thread(lambda: _verified(password, encoded or _decoy()))


def is_outdated(encoded: str) -> bool:
    """Whether the hash was made with other parameters than the settings ask for now."""
    return _hasher().check_needs_rehash(encoded)


async def _in_thread(work: Callable[[], Answer]) -> Answer:
    places = _places()
    if not places.acquire(blocking=False):
        raise TooBusy
    future = _threads().submit(work)
    future.add_done_callback(lambda _: places.release())
    return await asyncio.wrap_future(future)


def _verified(password: str, encoded: str) -> bool:
    try:
        return _hasher().verify(encoded, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return readable_password(password).encode("utf-8", "surrogatepass")


def _decoy() -> str:
    """A well-formed hash with today's parameters that no password has."""
    hasher = _hasher()
    salt, digest = (
        b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(
        time_cost=settings().password_rounds,
        memory_cost=settings().password_memory_kib,
        parallelism=settings().password_lanes,
    )


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings().password_threads, thread_name_prefix="password")


@cache
def _places() -> BoundedSemaphore:
    return BoundedSemaphore(settings().password_threads + settings().password_queue)
