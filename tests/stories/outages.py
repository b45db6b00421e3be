"""PostgreSQL stops, or crashes, and comes back while two busy servers stay up."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from api.postgres import process
from api.postgres.rooms import Room
from api.postgres.server import PrivateServer
from community import database
from tests.servers import ServerProcess, serving
from tests.stories.books import Books
from tests.stories.crowd import Crowd, crowd

QUICK_SECONDS = 2.0
"""How soon after the database is back a machine with nothing else to do writes again."""


@dataclass(frozen=True, slots=True)
class Outages:
    """The figures of a run."""

    gaps: Sequence[float]
    """Seconds from each moment when the database was back until something was acknowledged again."""
    ended: int
    """How many servers did not stay up."""
    repeated: int
    books: Books

    @property
    def is_clean(self) -> bool:
        """Whether nobody fell over and the books balance."""
        return not self.ended and self.books.balance

    @property
    def is_quick(self) -> bool:
        """Whether all went on soon, every time."""
        return max(self.gaps) <= QUICK_SECONDS

    def __str__(self) -> str:
        return (
            f"database stopped {len(self.gaps)} times, every second time by a crash: {self.books};"
            f" {self.repeated:,} requests repeated; {self.ended} servers ended;"
            f" written again at most {max(self.gaps):.2f} s after it was back"
        )


async def outages(home: Path, *, times: int, acknowledged_per_stop: int) -> Outages:
    """Stop the database of two loaded servers, by turns in order and at once, and compare what was said and kept."""
    with PrivateServer.start(home) as private:
        await database.migrate(private.url())
        async with two_servers(private.url()) as servers, crowd(*(server.url for server in servers)) as members:
            gaps = []
            for number in range(times):
                await members.journal.grows_by(acknowledged_per_stop)
                gaps.append(await gap_around_a_stop(private, members, at_once=number % 2 == 1))
            await members.journal.grows_by(acknowledged_per_stop)
            ended = sum(server.process is None or server.process.returncode is not None for server in servers)
        return Outages(gaps, ended, members.repeated, await Books.of(members.journal, private.url()))


async def gap_around_a_stop(private: PrivateServer, members: Crowd, *, at_once: bool) -> float:
    """Seconds from the moment when the busy database is back until something is acknowledged."""
    await asyncio.to_thread(process.stop, Room.of(private.home).data, at_once=at_once)
    await asyncio.to_thread(private.ensure_running)
    back = time.perf_counter()
    await members.journal.grows_by(1)
    return time.perf_counter() - back


@asynccontextmanager
async def two_servers(database_url: str) -> AsyncIterator[list[ServerProcess]]:
    """Two servers on one database."""
    async with AsyncExitStack() as stack:
        yield await asyncio.gather(*(stack.enter_async_context(serving(database_url)) for _ in range(2)))
