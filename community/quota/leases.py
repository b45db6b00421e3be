"""What this process leased of buckets and lets be spent on credit, so that the common request asks nobody.

Tokens are taken out of the shared bucket when they are leased, and while they are leased the bucket does not refill
into their room. What is spent on credit is told a moment later, and the bucket may go into debt by it: then nobody is
given anything until that has flowed in. So whatever any number of processes do, nobody is given more than capacity +
rate × time + the credit of all processes but one. A process that dies takes with it what it had not told, a second's
credit; with a lease, somebody is given a little less for half a minute.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol
from weakref import WeakValueDictionary

from community.kernel.errors import RateLimited
from community.quota.rules import RETURN_AFTER_SECONDS, Bucket, Debt, Ended, Grant, Lease

MOST_TOLD = 1_000
"""Of so many buckets is told at once: whoever asks for one of them waits for all."""


class Store(Protocol):
    """Where buckets are shared."""

    async def take(self, debt: Debt, needed: float, wanted: float) -> Grant:
        """Take what is owed, even where it is not there; then lease between `needed` and `wanted`, or nothing."""

    async def tell(self, debts: Sequence[Debt]) -> Sequence[float]:
        """Take what is owed, even where it is not there. Returns what remains in each, a debt below zero."""

    async def give_back(self, leases: Sequence[Ended]) -> None:
        """End leases and put back what they did not spend."""


class Charge(NamedTuple):
    """What was spent for one request, until it is settled."""

    cost: float
    lease: Lease


class Leases:
    """One process's leases, by the keys of their buckets."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._leases: dict[str, Lease] = {}
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def spend_now(self, bucket: Bucket, cost: float) -> Charge | None:
        """Spend `cost` tokens, if that takes no question. On the way of each request."""
        now = self._clock()
        lease = self._leases.get(bucket.key)
        if lease is None:
            lease = self._leases[bucket.key] = Lease(bucket, bucket.capacity, now)
        lease.bucket = bucket
        return Charge(cost, lease) if lease.spend(cost, now) else None

    async def spend(self, bucket: Bucket, cost: float) -> Charge:
        """Spend `cost` tokens. Raises RateLimited when they are not there."""
        charge = self.spend_now(bucket, cost)
        if charge is None:
            async with self._asking.setdefault(bucket.key, asyncio.Lock()):
                while (charge := self.spend_now(bucket, cost)) is None:
                    await self._ask(self._leases[bucket.key], cost)
        return charge

    async def settle(self, *, older_than: float = RETURN_AFTER_SECONDS) -> None:
        """Tell what was spent on credit; give back leases that are spent, or began `older_than` seconds ago; forget who
        is whole."""
        await self._tell()
        await self._give_back(older_than)
        now = self._clock()
        for lease in [*self._leases.values()]:
            if lease.says_nothing(now) and lease.bucket.key not in self._asking:
                del self._leases[lease.bucket.key]

    async def _ask(self, lease: Lease, cost: float) -> None:
        """Lease what is missing. Raises RateLimited when it is not there, without asking when that is known."""
        # Nothing flows into the room that a lease takes in its bucket, and nobody knows better that it is spent.
        await self._end([lease])
        asked_at = self._clock()
        wait = lease.seconds_until(cost, asked_at)
        if wait:
            raise RateLimited(wait)
        debt = lease.tell()
        try:
            grant = await self._store.take(debt, cost + lease.owed - debt.owed, lease.bucket.portion)
        except BaseException:
            lease.not_told(debt)
            raise
        lease.told(debt, grant.remaining, asked_at)
        lease.add(grant, asked_at)
        if not grant.granted:
            raise RateLimited(max(1, lease.seconds_until(cost, self._clock())))

    async def _tell(self) -> None:
        owing = [lease for lease in self._leases.values() if lease.untold]
        for begin in range(0, len(owing), MOST_TOLD):
            await self._tell_of(owing[begin : begin + MOST_TOLD])

    async def _tell_of(self, owing: Sequence[Lease]) -> None:
        asked_at = self._clock()
        debts = [lease.tell() for lease in owing]
        try:
            remaining = await self._store.tell(debts)
        except BaseException:
            for lease, debt in zip(owing, debts, strict=True):
                lease.not_told(debt)
            raise
        for lease, debt, left in zip(owing, debts, remaining, strict=True):
            lease.told(debt, left, asked_at)

    async def _give_back(self, older_than: float) -> None:
        now = self._clock()
        over = [lease for lease in self._leases.values() if lease.is_spent or now - lease.taken_at >= older_than]
        await self._end([lease for lease in over if lease.bucket.key not in self._asking])

    async def _end(self, leases: Sequence[Lease]) -> None:
        """Give back what of these is leased."""
        now = self._clock()
        ended = [lease.give_back() for lease in leases if lease.granted]
        await self._store.give_back([lease for lease in ended if now < lease.ends_at])
