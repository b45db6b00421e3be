"""Attempts, counted before they are made: a hundred guesses sent at once cannot outrun the lock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from community import database
from community.access import rules
from community.access.rules import Limit
from community.database import transaction
from community.kernel import clock
from community.kernel.errors import RateLimited
from community.settings import settings


def account_key(email: str) -> bytes:
    """Under which attempts on the account with this e-mail are counted, whether or not there is one."""
    return sha256(b"account:" + rules.email_key(email).encode("utf-8", "surrogatepass")).digest()


async def count_for_account(key: bytes) -> datetime:
    """Count an attempt on an account; returns when it was. Raises RateLimited when it has had its share."""
    return await _count(key, [Limit(settings().sign_in_failures, timedelta(minutes=15))])


async def count_for_address(address: str) -> None:
    """Count an attempt from an address. Raises RateLimited when it has had its share."""
    key = sha256(b"address:" + rules.address_group(address).encode()).digest()
    per_minute = Limit(settings().sign_in_per_minute, timedelta(minutes=1))
    await _count(key, [per_minute, Limit(settings().sign_in_per_hour, timedelta(hours=1))])


@transaction()
async def forget(key: bytes) -> None:
    """The owner was there: earlier failures count no more."""
    await database.execute("delete from access_attempt where key = $1", key)


@transaction()
async def take_back(key: bytes, tried_at: datetime) -> None:
    """The attempt was not made after all."""
    await database.execute(
        "update access_attempt set tried_at = array_remove(tried_at, $2::timestamptz) where key = $1", key, tried_at
    )


async def _count(key: bytes, limits: Sequence[Limit]) -> datetime:
    now = clock.now()
    if wait := await _note(key, limits, now):
        raise RateLimited(wait)
    return now


@transaction()
async def _note(key: bytes, limits: Sequence[Limit], now: datetime) -> int:
    """Add an attempt unless the limits forbid it; returns the seconds to wait."""
    tried_at = await database.fetch_value(
        "insert into access_attempt as a (key, tried_at, last_at) values ($1, '{}', $2)"
        " on conflict (key) do update set last_at = a.last_at returning tried_at",
        key,
        now,
    )
    if wait := rules.seconds_to_wait(tried_at, limits, now):
        return wait
    await database.execute(
        "update access_attempt set tried_at = $2, last_at = $3 where key = $1",
        key,
        rules.remembered(tried_at, limits, now),
        now,
    )
    return 0
