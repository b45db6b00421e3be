"""The community connected with a test's own settings, a table to write to, and somebody who watches from outside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest_asyncio

from community import database as community_database
from community.database import PoolState
from community.kernel.errors import TooBusy
from tests.community.database.wire import Wire
from tests.databases import patient
from tests.deadlines import PATIENCE_SECONDS

Connect = Callable[..., Awaitable[None]]


@pytest_asyncio.fixture
async def connect(database: str) -> AsyncIterator[Connect]:
    """Connects the community anew, with what the test sets; afterwards everything is as before."""

    async def connect(**changes: object) -> None:
        await community_database.disconnect()
        await community_database.connect(patient(**{"database_url": database, "pool_size": 3} | changes))

    yield connect
    await community_database.disconnect()
    await community_database.connect(patient(database_url=database, pool_size=10))


@pytest_asyncio.fixture
async def outsider(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that is not the pool's, in a database with the empty table `note (id, text)`."""
    connection = await asyncpg.connect(database)
    await connection.execute("CREATE TABLE note (id int PRIMARY KEY, text text NOT NULL DEFAULT '')")
    yield connection
    await connection.execute("DROP TABLE note")
    await connection.close()


@pytest_asyncio.fixture
async def wire(database: str) -> AsyncIterator[Wire]:
    """A bad line to this worker's database."""
    async with Wire.to(database) as wire:
        yield wire


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event, it is looked at after every step
            await asyncio.sleep(0)


async def is_served() -> bool:
    """Whether somebody who asks is answered, and not told that the server is busy."""
    try:
        return await community_database.fetch_value("SELECT 1") == 1
    except TooBusy:
        return False


async def whole_pool() -> PoolState:
    """The pool once everything lent is back; fails if that does not happen."""
    await until(lambda: community_database.pool_state().is_whole)
    return community_database.pool_state()


async def busy(outsider: asyncpg.Connection, server_process: int) -> None:
    """Wait until a process of the server runs a statement."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await outsider.fetchval("SELECT state FROM pg_stat_activity WHERE pid = $1", server_process) != "active":
            pass
