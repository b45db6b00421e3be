"""What callers were told, against what the database holds."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

import asyncpg


class Told(StrEnum):
    """How a call ended for its caller."""

    DONE = "acknowledged"
    LEFT = "disconnected"
    LATE = "timed out"
    REFUSED = "refused as busy"
    UNKNOWN = "unknown outcome"


@dataclass(slots=True)
class Journal:
    """Every write: how its caller was left, and how far its verb had come by then."""

    writes: dict[UUID, Told] = field(default_factory=dict)
    begun: set[UUID] = field(default_factory=set)
    attempts: int = 0
    reads: Counter[Told] = field(default_factory=Counter)

    def count(self, told: Told) -> int:
        """How many writes ended so."""
        return sum(outcome is told for outcome in self.writes.values())

    def cut_short(self, told: Told, *, begun: bool) -> int:
        """How many writes ended so while the verb ran (`begun`), or while it waited for a connection."""
        return sum(outcome is told and (id in self.begun) is begun for id, outcome in self.writes.items())


@dataclass(frozen=True, slots=True)
class Books:
    """The journal and the database, compared."""

    lost: int
    doubled: int
    half_written: int
    out_of_nothing: int
    finished_alone: int

    @property
    def balance(self) -> bool:
        """Whether everything promised is there, once and whole, and nothing else."""
        return self.lost == self.doubled == self.half_written == self.out_of_nothing == 0

    @classmethod
    async def of(cls, journal: Journal, connection: asyncpg.Connection) -> "Books":
        """Compare: each write has two entries and has moved two of the shelves by one each."""
        entries = Counter(row["id"] for row in await connection.fetch("SELECT id FROM storm_entry"))
        moved = await connection.fetchval("SELECT sum(height) FROM storm_shelf")
        may_be_there = {id for id, told in journal.writes.items() if told is not Told.REFUSED}
        never_began = {id for id, told in journal.writes.items() if told is not Told.DONE and id not in journal.begun}
        return cls(
            lost=sum(told is Told.DONE and id not in entries for id, told in journal.writes.items()),
            doubled=sum(times > 2 for times in entries.values()),
            half_written=sum(times == 1 for times in entries.values()) + abs(moved - 2 * len(entries)),
            out_of_nothing=len(entries.keys() - may_be_there) + len(entries.keys() & never_began),
            finished_alone=sum(journal.writes[id] in (Told.LEFT, Told.LATE) for id in entries.keys() & may_be_there),
        )
