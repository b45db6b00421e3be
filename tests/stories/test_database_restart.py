"""PostgreSQL stops and comes back under load: the servers stay up, nothing is lost, and soon all goes on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from api.postgres import process
from api.postgres.rooms import Room
from api.postgres.server import PrivateServer
from community import database
from tests.servers import ServerProcess, serving
from tests.stories.books import Books
from tests.stories.crowd import Crowd, crowd

GAP_SECONDS = 2.0
"""How soon after the database is back something must be written again."""


@pytest.mark.parametrize("how", ["orderly", "crash"])
async def test_a_restart_of_the_database_loses_nothing_and_is_soon_over(home: Path, how: str):
    with PrivateServer.start(home) as private:
        await database.migrate(private.url())
        async with two_servers(private.url()) as servers, crowd(*(server.url for server in servers)) as members:
            before = [server.process.pid for server in servers if server.process]
            await members.journal.grows_by(200)
            gap = await gap_of_a_restart(private, members, at_once=how == "crash")
            await members.journal.grows_by(200)
            assert [server.process.pid for server in servers if server.process] == before
            assert all(server.process.returncode is None for server in servers if server.process)
        books = await Books.of(members.journal, private.url())
    print(
        f"{how} restart: {books}; {members.repeated:,} requests repeated; written again {gap:.2f} s after it was back"
    )
    assert books.balance, books
    assert gap <= GAP_SECONDS


async def gap_of_a_restart(private: PrivateServer, members: Crowd, *, at_once: bool) -> float:
    """Seconds from the moment when the database is back until something is acknowledged."""
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
