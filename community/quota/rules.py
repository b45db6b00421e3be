"""The arithmetic of buckets, leases and credit: what fits, what is left, what is to be told, when to come back."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

LEASE_SECONDS = 30.0
"""How long a process may spend what it leased."""

RETURN_AFTER_SECONDS = 20.0
"""When a process gives back what it leased and did not spend. Who looks around for minutes is leased for so seldom."""

SHARE = 10
"""A process leases this part of a bucket at a time, so that most requests need not ask."""

CREDIT = 8
"""A process lets this part of a bucket be spent before it told anybody: a first page, and what is asked beside it."""


class Bucket(NamedTuple):
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


class Debt(NamedTuple):
    """What was spent from a bucket and its store has to be told."""

    bucket: Bucket
    owed: float


@dataclass(frozen=True, slots=True)
class Ended:
    """A lease that goes back, with what was not spent of it."""

    bucket: Bucket
    granted: float
    unused: float
    ends_at: float
    mark: Any
    giver: object


@dataclass(slots=True, eq=False)
class Lease:
    """What this process may spend from a bucket without asking: what it leased, then a little on credit.

    Nobody who never asked knows better than that the bucket is full. Times are seconds of one clock of this process.
    """

    bucket: Bucket
    remaining: float
    """What was in the bucket at `asked_at`, as far as this process was told."""
    asked_at: float
    owed: float = 0.0
    """What was spent here beyond what was leased and told. Below zero, what is leased and not spent yet, and what was
    put back too late for the lease that it came from."""
    telling: float = 0.0
    """The part of it that is being told."""
    granted: float = 0.0
    taken_at: float = math.inf
    ends_at: float = math.inf
    mark: Any = None
    giver: object = None

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left of what is leased."""
        return self.granted > 0 and self.owed >= 0

    def spend(self, cost: float, now: float) -> bool:
        """Spend what is leased and valid, and then on credit what is probably there. On the way of each request."""
        if now >= self.ends_at:
            self.end()
        owed = self.owed + cost
        if owed > 0 and (
            owed * CREDIT > self.bucket.capacity or owed > self.remaining + self.bucket.rate * (now - self.asked_at)
        ):
            return False
        self.owed = owed
        return True

    def put_back(self, amount: float, now: float) -> float:
        """Take back part of what was spent: it can be spent again here, and goes back into the bucket if it is not.

        Returns what the actor can probably spend then: what is leased, and what has come into the bucket since.
        """
        self.owed -= amount
        return max(0.0, min(self.bucket.capacity, self._flowed(now) - self.owed))

    def seconds_until(self, cost: float, now: float) -> int:
        """How many whole seconds until `cost` can be there; 0 when it is worth asking now."""
        return max(0, math.ceil((cost + self.owed - self._flowed(now)) / self.bucket.rate))

    def tell(self) -> Debt:
        """What is owed and nobody tells yet, below zero where it is the bucket that owes. Say by `told` or `not_told`
        what became of it."""
        untold = self.untold
        self.telling += untold
        return Debt(self.bucket, untold)

    @property
    def untold(self) -> float:
        """What the bucket does not know yet. What is leased it knows."""
        untold = self.owed - self.telling
        return untold if untold > 0 or not self.granted else 0.0

    def told(self, debt: Debt, remaining: float, asked_at: float) -> None:
        """Take over the answer to what was told at `asked_at`, unless something later is known."""
        self.telling -= debt.owed
        self.owed -= debt.owed
        if asked_at >= self.asked_at:
            self.remaining, self.asked_at = remaining, asked_at

    def not_told(self, debt: Debt) -> None:
        """What may not have been heard is told again."""
        self.telling -= debt.owed

    def add(self, grant: Grant, asked_at: float) -> None:
        """Take over what a store granted to a question asked at `asked_at`. One end holds for all of it: the latest."""
        if not grant.granted:
            return
        if grant.giver is not self.giver:
            self.end()
        self.taken_at = min(self.taken_at, asked_at)
        self.granted += grant.granted
        self.owed -= grant.granted
        self.ends_at, self.mark, self.giver = asked_at + LEASE_SECONDS, grant.mark, grant.giver

    def end(self) -> Ended:
        """Spend nothing more of what is leased. What was spent beyond it is still owed."""
        ended = Ended(self.bucket, self.granted, max(0.0, -self.owed), self.ends_at, self.mark, self.giver)
        self.granted, self.owed = 0.0, max(0.0, self.owed)
        self.taken_at = self.ends_at = math.inf
        return ended

    def give_back(self) -> Ended:
        """The same for what goes back into the bucket, where it remains."""
        ended = self.end()
        self.remaining += ended.unused
        return ended

    def says_nothing(self, now: float) -> bool:
        """Whether one that never asked would know as much: nothing is leased or untold, the bucket is full again."""
        return not self.granted and self.owed <= self.telling and self._flowed(now) >= self.bucket.capacity

    def _flowed(self, now: float) -> float:
        return min(self.bucket.capacity, self.remaining + self.bucket.rate * (now - self.asked_at))
