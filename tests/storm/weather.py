"""Callers who come without end, and of whom many hang up or run out of time at any moment of their call."""

import asyncio
import random
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg

from community import database
from community.database import PoolState
from community.kernel.errors import OutcomeUnknown, TooBusy
from tests.storm import verbs
from tests.storm.journal import Books, Journal, Told

CALLERS = 40
"""How many call at the same time."""

READS = 0.2
"""The share of calls that only read. Their cancellation reaches the server."""

CALM_SECONDS = 30.0
"""How long the last writes may take, and the pool to be whole again, before something counts as hanging."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the storm did, and what it left."""

    journal: Journal
    books: Books
    pool: PoolState
    sessions: dict[str, int]
    hangs: int
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether every promise was kept."""
        return self.hangs == 0 and self.books.balance and self.pool.is_whole and set(self.sessions) <= {"idle"}

    def __str__(self) -> str:
        journal, books = self.journal, self.books
        return (
            f"storm: {journal.count(Told.LEFT):,} disconnects ({journal.cut_short(Told.LEFT, begun=False):,} waiting, "
            f"{journal.cut_short(Told.LEFT, begun=True):,} writing), {journal.count(Told.LATE):,} timeouts "
            f"({journal.cut_short(Told.LATE, begun=False):,} waiting, {journal.cut_short(Told.LATE, begun=True):,} "
            f"writing), {sum(journal.reads.values()) - journal.reads[Told.DONE]:,} reads cut short, "
            f"{journal.attempts - len(journal.begun):,} collisions in {self.seconds:.0f} s | "
            f"{journal.count(Told.DONE):,} acknowledged, {books.finished_alone:,} finished alone, "
            f"{journal.count(Told.REFUSED):,} refused | {books.lost} lost, {books.doubled} doubled, "
            f"{books.half_written} half-written, {books.out_of_nothing} out of nothing, {self.hangs} hangs | "
            f"pool {self.pool.idle} of {self.pool.size} at home, {self.pool.lent} lent, "
            f"{self.pool.idle_in_transaction} in a transaction; sessions {self.sessions}"
        )


class Storm:
    """Callers until so many writes were cut short by a disconnect, and so many by a timeout."""

    def __init__(self, *, disconnects: int, timeouts: int) -> None:
        self._wanted = {Told.LEFT: disconnects, Told.LATE: timeouts}
        self._journal = Journal()
        self._usual_seconds = 0.0
        self._hangs = 0

    async def blow(self, outsider: asyncpg.Connection) -> Report:
        """Run the storm on the connected database, wait for calm, and compare. `outsider` watches from outside."""
        await verbs.lay_out(outsider)
        try:
            return await self._report(outsider)
        finally:
            await verbs.clear(outsider)

    async def _report(self, outsider: asyncpg.Connection) -> Report:
        start = time.monotonic()
        await asyncio.gather(*(self._call_patiently() for _ in range(CALLERS)))
        self._usual_seconds = time.monotonic() - start
        await asyncio.gather(*(self._call_again() for _ in range(CALLERS)))
        await self._calm(outsider)
        return Report(
            journal=self._journal,
            books=await Books.of(self._journal, outsider),
            pool=database.pool_state(),
            sessions=await sessions(outsider),
            hangs=self._hangs,
            seconds=time.monotonic() - start,
        )

    async def _call_patiently(self) -> None:
        id = uuid4()
        await verbs.write(id, self._journal)
        self._journal.writes[id] = Told.DONE

    async def _call_again(self) -> None:
        while wanted := [told for told, number in self._wanted.items() if number > 0]:
            how = random.choice(wanted)
            if random.random() < READS:
                self._journal.reads[await self._endure(verbs.read(), how)] += 1
                continue
            id = uuid4()
            told = await self._endure(verbs.write(id, self._journal), how)
            self._journal.writes[id] = told
            if told in self._wanted:
                self._wanted[told] -= 1

    async def _endure(self, call: Coroutine[Any, Any, None], how: Told) -> Told:
        """Make a call that is cut short at a random moment, unless it is over by then."""
        patience = random.uniform(0, 1.5 * self._usual_seconds)
        start = time.monotonic()
        try:
            told = await (self._hang_up(call, patience) if how is Told.LEFT else self._run_out_of_time(call, patience))
        except TooBusy:
            return Told.REFUSED
        except OutcomeUnknown:
            return Told.UNKNOWN
        if told is Told.DONE:
            self._usual_seconds += 0.05 * (time.monotonic() - start - self._usual_seconds)
        else:
            self._usual_seconds *= 1.002
        return told

    async def _hang_up(self, call: Coroutine[Any, Any, None], patience: float) -> Told:
        task = asyncio.create_task(call)
        await asyncio.wait([task], timeout=patience)
        # A task that ends at this very moment has ended; one that is cancelled has not.
        task.cancel()
        await asyncio.wait([task], timeout=CALM_SECONDS)
        if not task.done():
            self._hangs += 1
            return Told.LEFT
        if task.cancelled():
            return Told.LEFT
        task.result()
        return Told.DONE

    async def _run_out_of_time(self, call: Coroutine[Any, Any, None], patience: float) -> Told:
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await call
            return Told.DONE
        return Told.LATE

    async def _calm(self, outsider: asyncpg.Connection) -> None:
        try:
            async with asyncio.timeout(CALM_SECONDS):
                await database.drain()
                while not database.pool_state().is_whole or set(await sessions(outsider)) != {"idle"}:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            self._hangs += 1


async def sessions(outsider: asyncpg.Connection) -> dict[str, int]:
    """What the pool's sessions do, as PostgreSQL sees them. Between two statements of the clockwork is no state."""
    rows = await outsider.fetch(
        "SELECT CASE WHEN state_change > now() - interval '1 second' THEN 'idle' ELSE state END AS state, count(*)"
        " FROM pg_stat_activity"
        " WHERE application_name = 'hourglass' AND datname = current_database() GROUP BY 1"
    )
    return {row["state"]: row["count"] for row in rows}
