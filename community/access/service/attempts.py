"""Attempts at one account, counted before they are made: a hundred guesses sent at once cannot outrun the lock."""

from datetime import datetime
from hashlib import sha256

from community import database
from community.access import rules
from community.database import transaction
from community.kernel import clock
from community.kernel.errors import RateLimited
from community.settings import settings


def account_key(email: str) -> bytes:
    """Under which attempts at the account with this e-mail are counted, whether or not there is one."""
    return sha256(rules.email_key(email).encode()).digest()


async def count(key: bytes) -> datetime:
    """Count an attempt; returns when it was. Raises RateLimited when the account has had its share of failures."""
    now = clock.now()
    if wait := await _note(key, now):
        raise RateLimited(wait)
    return now


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


@transaction()
async def _note(key: bytes, now: datetime) -> int:
    """Add an attempt unless it is one too many; returns the seconds to wait."""
    tried_at = await database.fetch_value(
        "insert into access_attempt as a (key, tried_at, last_at) values ($1, '{}', $2)"
        " on conflict (key) do update set last_at = a.last_at returning tried_at",
        key,
        now,
    )
    if wait := rules.seconds_to_wait(tried_at, settings().sign_in_failures, now):
        return wait
    await database.execute(
        "update access_attempt set tried_at = $2, last_at = $3 where key = $1",
        key,
        [*rules.recent(tried_at, now), now],
        now,
    )
    return 0
