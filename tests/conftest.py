"""What every test may ask for: a database, a database of its own, a clock that stands still."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from community import database as community_database
from community.kernel import clock
from tests.databases import RUN, WORKER, Cleaner, Databases, databases, patient

os.environ |= {
    "HOURGLASS_SECRET_KEY": "a key for tests that no server may have",
    "HOURGLASS_PASSWORD_ROUNDS": "1",
    "HOURGLASS_PASSWORD_MEMORY_KIB": "8",
    "HOURGLASS_PASSWORD_LANES": "1",
}

settings.register_profile(
    "same everywhere", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same everywhere")

LONG = ("tests/stories/", "tests/api/test_cli.py", "tests/api/test_importing_orders.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests come first, one after the other: then no worker has one left when the others are done."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest_asyncio.fixture(scope="session")
async def run_databases() -> AsyncIterator[Databases]:
    """The run's server, started by the first test that needs it."""
    async with databases() as found:
        yield found


@pytest_asyncio.fixture(scope="session")
async def database_url(run_databases: Databases) -> AsyncIterator[str]:
    """This worker's database: migrated, shared by its tests one after the other."""
    name = f"hourglass_test_{RUN}_{WORKER}"
    yield await run_databases.copy(name)
    await run_databases.drop(name)


@pytest_asyncio.fixture(scope="session")
async def connected(database_url: str) -> AsyncIterator[Cleaner]:
    """The community, connected to this worker's database for all its tests."""
    cleaner = await Cleaner.of(database_url)
    await community_database.connect(patient(database_url=database_url, pool_size=10))
    yield cleaner
    await community_database.disconnect()
    await cleaner.close()


@pytest_asyncio.fixture
async def database(connected: Cleaner, database_url: str) -> str:
    """A connected database without any rows but those of the migrations, and its URL."""
    await connected.empty()
    return database_url


@pytest_asyncio.fixture
async def fresh_database(run_databases: Databases) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Makes migrated databases for this test alone and gives their URLs, as for tests that start processes."""
    names = (f"hourglass_test_{RUN}_{WORKER}_fresh{number}" for number in count())
    made: list[str] = []

    async def make() -> str:
        made.append(next(names))
        return await run_databases.copy(made[-1])

    yield make
    for name in made:
        await run_databases.drop(name)


@pytest.fixture
def frozen_clock() -> Iterator[datetime]:
    """Holds the clock at this instant. To move on: `with clock.frozen(frozen_clock + timedelta(days=1)):`."""
    instant = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    with clock.frozen(instant):
        yield instant
