"""The verbs of quota: spend from a bucket, put back, try once more.

Buckets and hits are shared by all processes: through Valkey where it is set, else in PostgreSQL, and in PostgreSQL too
while Valkey is away. Call these outside a verb's transaction: what failed was still an attempt.
"""

import asyncio
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import structlog
from limits import RateLimitItem, parse_many
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from community import database, valkey
from community.database import transaction
from community.kernel.errors import OutcomeUnknown, RateLimited, TooBusy
from community.kernel.gathered import Gathered
from community.quota.leases import Charge, Leases
from community.quota.rules import LEASE_SECONDS, RETURN_AFTER_SECONDS, Bucket, Debt, Ended, Grant
from community.quota.valkey import ValkeyBuckets
from community.quota.windows import PostgresWindows

Limits = Sequence[RateLimitItem]
Asked = tuple[Debt, float, float]
"""What a bucket is owed, what is needed of it, what is wanted."""
Granted = tuple[float, float, datetime]
"""What is leased, what remains in the bucket, when the lease ends."""

SIGN_IN: Limits = parse_many("6/minute;30/hour")
"""Attempts to sign in, per address."""

SETTLE_SECONDS = 1.0
FORGET_SECONDS = 60.0

TELL = """
insert into quota_bucket as bucket (key, capacity, rate, tokens, leased, leased_until, refilled_at)
select key, capacity, rate, capacity - owed, 0, clock_timestamp(), clock_timestamp()
from unnest($1::text[], $2::float8[], $3::float8[], $4::float8[]) as debt (key, capacity, rate, owed)
on conflict (key) do update set (capacity, rate, tokens, leased, leased_until, refilled_at) = (
    select excluded.capacity, excluded.rate,
        least(excluded.capacity, refilled.tokens - (excluded.capacity - excluded.tokens)),
        refilled.leased, refilled.leased_until, refilled.refilled_at
    from quota_refill(bucket, clock_timestamp()) as refilled
)
returning key, tokens
"""

log = structlog.get_logger(__name__)


def spend_now(bucket: Bucket, cost: float) -> Charge | None:
    """Spend `cost` tokens of what was leased, or on credit; None where a server has to be asked, which `spend` does."""
    return _leases().spend_now(bucket, cost)


async def spend(bucket: Bucket, cost: float) -> Charge:
    """Spend `cost` tokens of a bucket. Raises RateLimited when they are not there; usually asks no server."""
    return await _leases().spend(bucket, cost)


def refund(charge: Charge, amount: float) -> int:
    """Put back what a request was charged and did not cost. Returns what is available to the next one."""
    return math.floor(charge.lease.put_back(amount, time.monotonic()))


async def hit(name: str, key: str, limits: Limits) -> None:
    """Count one attempt of `key` at `name`. Raises RateLimited, without counting it, when a limit is reached."""
    for limiter in _limiters():
        try:
            return await _hit_with(limiter, name, key, limits)
        except valkey.AWAY as error:
            _say_away(error)
    raise TooBusy


async def keep_settling() -> None:
    """Tell what was spent on credit, give back leases that are old, and forget what nobody asks about, until cancelled.

    Then tell and give back all.
    """
    forget_at = time.monotonic() + FORGET_SECONDS
    try:
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            await settle()
            if time.monotonic() >= forget_at:
                forget_at = time.monotonic() + FORGET_SECONDS
                with _later("idle buckets were not forgotten"):
                    await forget_idle()
    finally:
        await settle(older_than=0)


async def settle(*, older_than: float = RETURN_AFTER_SECONDS) -> None:
    """Tell what was spent, and give back leases. What cannot be told is told later; leases run out by themselves."""
    with _later("buckets were not settled"):
        await _leases().settle(older_than=older_than)


@contextmanager
def _later(undone: str) -> Iterator[None]:
    """What has to wait for a database that is away or went while it was asked."""
    try:
        yield
    except (TooBusy, OutcomeUnknown):
        log.warning(f"{undone}: the database is busy")


def forget_leases() -> None:
    """Start anew, as a fresh process would. For programs that change their server, such as tests."""
    _leases.cache_clear()
    _limiters.cache_clear()


class PostgresBuckets:
    """A store of buckets in an unlogged table. Who asks while others are being answered is answered with the next."""

    def __init__(self) -> None:
        self._asked = Gathered(_take)

    async def take(self, debt: Debt, needed: float, wanted: float) -> Grant:
        """Take what is owed, then lease between `needed` and `wanted` tokens, or nothing."""
        granted, remaining, mark = await self._asked.answer((debt, needed, wanted))
        return Grant(granted, remaining, mark, giver=self)

    async def tell(self, debts: Sequence[Debt]) -> Sequence[float]:
        """Take what is owed, in one statement. Returns what remains in each."""
        return await _tell(debts)

    async def give_back(self, leases: Sequence[Ended]) -> None:
        """End leases and put back what they did not spend."""
        if leases:
            await _give_back(leases)


class EitherBuckets:
    """Valkey's buckets; PostgreSQL's while Valkey is away."""

    def __init__(self, first: ValkeyBuckets, second: PostgresBuckets) -> None:
        self._first, self._second = first, second

    async def take(self, debt: Debt, needed: float, wanted: float) -> Grant:
        """Lease from the first that answers."""
        try:
            return await self._first.take(debt, needed, wanted)
        except valkey.AWAY as error:
            _say_away(error)
            return await self._second.take(debt, needed, wanted)

    async def tell(self, debts: Sequence[Debt]) -> Sequence[float]:
        """Tell the first that answers."""
        try:
            return await self._first.tell(debts)
        except valkey.AWAY as error:
            _say_away(error)
            return await self._second.tell(debts)

    async def give_back(self, leases: Sequence[Ended]) -> None:
        """Give each back to where it came from."""
        await self._second.give_back([lease for lease in leases if lease.giver is self._second])
        try:
            await self._first.give_back([lease for lease in leases if lease.giver is self._first])
        except valkey.AWAY as error:
            _say_away(error)


@cache
def _leases() -> Leases:
    client, postgres = valkey.client(), PostgresBuckets()
    return Leases(EitherBuckets(ValkeyBuckets(client), postgres) if client else postgres)


@cache
def _limiters() -> Sequence[MovingWindowRateLimiter]:
    """Who counts hits, the preferred one first."""
    postgres = MovingWindowRateLimiter(PostgresWindows(_record_hits, _forget_hits))
    client = valkey.client()
    if client is None:
        return (postgres,)
    connections: Any = client.connection_pool
    shared = RedisStorage(
        "redis://", implementation="redispy", key_prefix="hourglass:hits", connection_pool=connections
    )
    return MovingWindowRateLimiter(shared), postgres


async def _hit_with(limiter: MovingWindowRateLimiter, name: str, key: str, limits: Limits) -> None:
    for limit in limits:
        if not await limiter.hit(limit, name, key):
            stats = await limiter.get_window_stats(limit, name, key)
            raise RateLimited(max(1, math.ceil(stats.reset_time - time.time())))


# Statements name buckets in the order of their keys, so that no two processes block each other.


@transaction()
async def _take(asked: Sequence[Asked]) -> list[Granted]:
    """For all who ask: what they owe, then what they lease."""
    order = sorted(range(len(asked)), key=lambda place: asked[place][0].bucket.key)
    debts = [asked[place][0] for place in order]
    if any(debt.owed for debt in debts):
        await _tell(debts)
    rows = await database.fetch(
        "select granted, remaining, leased_until"
        " from unnest($1::text[], $2::float8[], $3::float8[], $4::float8[], $5::float8[]) with ordinality"
        " as asked (key, capacity, rate, needed, wanted, place),"
        " quota_take(asked.key, capacity, rate, needed, wanted, $6) order by place",
        [debt.bucket.key for debt in debts],
        [float(debt.bucket.capacity) for debt in debts],
        [debt.bucket.rate for debt in debts],
        [asked[place][1] for place in order],
        [asked[place][2] for place in order],
        LEASE_SECONDS,
    )
    granted = dict(zip(order, map(tuple, rows), strict=True))
    return [granted[place] for place in range(len(asked))]


@transaction()
async def _tell(debts: Sequence[Debt]) -> list[float]:
    ordered = sorted(debts, key=lambda debt: debt.bucket.key)
    rows = await database.fetch(
        TELL,
        [debt.bucket.key for debt in ordered],
        [float(debt.bucket.capacity) for debt in ordered],
        [debt.bucket.rate for debt in ordered],
        [debt.owed for debt in ordered],
    )
    remaining = dict(map(tuple, rows))
    return [remaining[debt.bucket.key] for debt in debts]


@transaction()
async def _give_back(leases: Sequence[Ended]) -> None:
    ordered = sorted(leases, key=lambda lease: lease.bucket.key)
    await database.fetch(
        "select quota_return(key, granted, unused, lease_end) from unnest($1::text[], $2::float8[], $3::float8[],"
        " $4::timestamptz[]) as lease (key, granted, unused, lease_end)",
        [lease.bucket.key for lease in ordered],
        [lease.granted for lease in ordered],
        [lease.unused for lease in ordered],
        [lease.mark for lease in ordered],
    )


@transaction()
async def _record_hits(key: str, allowed: int, seconds: int, amount: int) -> bool:
    fits: bool = await database.fetch_value("select quota_hit($1, $2, $3, $4)", key, allowed, float(seconds), amount)
    return fits


@transaction()
async def _forget_hits(key: str | None) -> int:
    return _rows(await database.execute("delete from quota_hits where $1::text is null or key = $1", key))


@transaction()
async def forget_idle(*, lease_seconds: float = LEASE_SECONDS) -> None:
    """Delete buckets that are full again by themselves, and hits that no limit looks back to."""
    await database.execute(
        "delete from quota_bucket where key in (select key from quota_bucket"
        " where refilled_at < now() - make_interval(secs => $1 + (capacity - tokens) / rate) for update skip locked)",
        lease_seconds,
    )
    await database.execute("delete from quota_hits where kept_until < now()")


def _rows(tag: str) -> int:
    return int(tag.rpartition(" ")[2])


def _say_away(error: BaseException) -> None:
    log.warning("valkey is away, postgresql counts", error=repr(error))
