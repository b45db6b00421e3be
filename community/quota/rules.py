"""The arithmetic of buckets and leases: what fits, what is left, when to come back."""

import math
from dataclasses import dataclass
from typing import Any

LEASE_SECONDS = 30.0
"""How long a process may spend what it leased."""

RETURN_AFTER_SECONDS = 20.0
"""When a process gives back what it leased and did not spend. Who looks around for minutes is leased for so seldom."""

SHARE = 10
"""A process leases this part of a bucket at a time, so that most requests need not ask."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Somebody's allowance: full at first, `rate` tokens a second flow in, never more than `capacity`."""

    key: str
    capacity: int
    rate: float

    @property
    def portion(self) -> float:
        """How much a process leases at a time."""
        return self.capacity / SHARE


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer to asking a bucket: what was leased (0 when what was needed is not there), and what remains in it."""

    granted: float
    remaining: float
    mark: Any = None
    """How the store names the end of the lease."""
    giver: object = None
    """The store that gave it, to which it goes back."""


@dataclass(slots=True)
class Lease:
    """What this process may spend from a bucket without asking. Times are seconds of one clock of this process."""

    bucket: Bucket
    taken_at: float
    granted: float = 0.0
    tokens: float = 0.0
    remaining: float = 0.0
    asked_at: float = 0.0
    ends_at: float = 0.0
    mark: Any = None
    giver: object = None

    def add(self, grant: Grant, asked_at: float) -> None:
        """Take over what a store granted to a question asked at `asked_at`. One end holds for all of it: the latest."""
        self.remaining, self.asked_at = grant.remaining, asked_at
        if grant.granted:
            if grant.giver is not self.giver:
                self.granted, self.tokens, self.giver = 0.0, 0.0, grant.giver
            self.granted += grant.granted
            self.tokens += grant.granted
            self.ends_at, self.mark = asked_at + LEASE_SECONDS, grant.mark

    def spend(self, cost: float, now: float) -> bool:
        """Spend from what is leased, if it is enough and still valid."""
        if now >= self.ends_at:
            self.granted = self.tokens = 0.0
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def available(self, now: float) -> float:
        """What the actor can probably spend now: what is leased, and what has come into the bucket since."""
        return min(self.bucket.capacity, self.tokens + self._flowed(now))

    def seconds_until(self, cost: float, now: float) -> int:
        """How many whole seconds until `cost` can be there; 0 when it is worth asking now."""
        missing = cost - self.tokens - self._flowed(now)
        return max(0, math.ceil(missing / self.bucket.rate))

    def _flowed(self, now: float) -> float:
        return min(self.bucket.capacity, self.remaining + self.bucket.rate * (now - self.asked_at))
