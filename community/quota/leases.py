"""The buckets that this process has leased from, so that the common request asks nobody.

Tokens are taken out of the shared bucket when they are leased, and while they are leased the bucket does not refill
into their room. So whatever any number of processes do, nobody is given more than capacity + rate × time; at worst
somebody is given a little less, for half a minute, when a process dies with a lease.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from community.kernel.errors import RateLimited
from community.quota.rules import RETURN_AFTER_SECONDS, Bucket, Grant, Lease


class Store(Protocol):
    """Where buckets are shared."""

    async def take(self, bucket: Bucket, needed: float, wanted: float) -> Grant:
        """Lease between `needed` and `wanted` tokens, or nothing."""

    async def give_back(self, leases: Sequence[Lease]) -> None:
        """End leases and put back what they did not spend."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What was spent for one request, until it is settled."""

    cost: float
    available: float
    """What was left for the next request."""
    lease: Lease


@dataclass(slots=True)
class _Account:
    lease: Lease
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Leases:
    """One process's leases, by bucket."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._accounts: dict[str, _Account] = {}

    async def spend(self, bucket: Bucket, cost: int) -> Charge:
        """Spend `cost` tokens. Raises RateLimited when they are not there."""
        now = self._clock()
        account = self._accounts.get(bucket.key)
        if account is None or account.lease.bucket != bucket:
            account = self._accounts[bucket.key] = _Account(self._unasked(bucket, now))
        lease = account.lease
        if not lease.spend(cost, now):
            async with account.asking:
                while not lease.spend(cost, self._clock()):
                    await self._ask(lease, cost)
        return Charge(cost, lease.available(self._clock()), lease)

    def refund(self, charge: Charge, amount: float) -> float:
        """Put back part of a charge, while its lease lasts. Returns what is available then."""
        lease, now = charge.lease, self._clock()
        account = self._accounts.get(lease.bucket.key)
        if account is not None and account.lease is lease and now < lease.ends_at:
            lease.tokens = min(lease.granted, lease.tokens + amount)
        return lease.available(now)

    async def give_back(self, *, older_than: float = RETURN_AFTER_SECONDS) -> None:
        """End the leases that began `older_than` seconds ago or earlier, and forget who was refused by then."""
        now = self._clock()
        ended = [
            account.lease
            for account in self._accounts.values()
            if now - account.lease.taken_at >= older_than and not account.asking.locked()
        ]
        for lease in ended:
            del self._accounts[lease.bucket.key]
        await self._store.give_back([lease for lease in ended if lease.granted and now < lease.ends_at])

    async def _ask(self, lease: Lease, cost: float) -> None:
        """Lease what is missing. Raises RateLimited when it is not there, without asking when that is known."""
        asked_at = self._clock()
        wait = lease.seconds_until(cost, asked_at)
        if wait:
            raise RateLimited(wait)
        grant = await self._store.take(lease.bucket, cost - lease.tokens, lease.bucket.portion)
        lease.add(grant, asked_at)
        if not grant.granted:
            raise RateLimited(max(1, lease.seconds_until(cost, self._clock())))

    def _unasked(self, bucket: Bucket, now: float) -> Lease:
        return Lease(bucket, taken_at=now, remaining=bucket.capacity, asked_at=now)
