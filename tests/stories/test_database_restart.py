"""PostgreSQL stops and comes back under load: the servers stay up, nothing is lost, and soon all goes on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from api.postgres import process
from api.postgres.rooms import Room
from api.postgres.server import PrivateServer
from community import database
from tests.servers import ServerProcess, serving
from tests.stories.books import Books
from tests.stories.crowd import Crowd, crowd

GAP_SECONDS = 2.0
"""How soon after the database is back something must be written again."""


async def test_neither_a_restart_nor_a_crash_of_the_database_loses_anything(home: Path):
    with PrivateServer.start(home) as private:
        await database.migrate(private.url())
        async with two_servers(private.url()) as servers, crowd(*(server.url for server in servers)) as members:
            processes = [server.process for server in servers]
            after_restart = await gap_around_a_stop(private, members, at_once=False)
            after_crash = await gap_around_a_stop(private, members, at_once=True)
            await members.journal.grows_by(200)
            assert all(process and process.returncode is None for process in processes)
        books = await Books.of(members.journal, private.url())
    print(
        f"database restarted and crashed: {books}; {members.repeated:,} requests repeated; written again"
        f" {after_restart:.2f} s and {after_crash:.2f} s after it was back"
    )
    assert books.balance, books
    assert max(after_restart, after_crash) <= GAP_SECONDS


async def gap_around_a_stop(private: PrivateServer, members: Crowd, *, at_once: bool) -> float:
    """Seconds from the moment when the busy database is back until something is acknowledged."""
    await members.journal.grows_by(150)
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
