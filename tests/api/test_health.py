"""What orchestrators ask: alive, ready, and how much."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from graphql import build_schema
from starlette.applications import Starlette

from api import health, metrics
from community.database import transaction
from community.kernel import clock
from community.kernel.ids import new_id
from community.members.facts import MemberJoined
from community.outbox import service as outbox
from community.outbox import tail
from community.outbox.tail import Tail
from community.settings import Settings
from schema.execution.executor import Executor
from tests.asgi import ask
from tests.databases import RUN, WORKER, Databases
from tests.deadlines import PATIENCE_SECONDS
from tests.servers import ServerProcess, serving

DATABASE = f"hourglass_test_{RUN}_{WORKER}_health"
HEALTH = Starlette(routes=health.routes)
EXECUTOR = Executor(build_schema("type Query { ready: Boolean }"))


@transaction()
async def announce() -> None:
    await outbox.record(MemberJoined(member_id=new_id(), locale="en"))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks waits as long as these tests do."""
    monkeypatch.setattr(health, "PATIENCE_SECONDS", PATIENCE_SECONDS)


@pytest.fixture
def following() -> Iterator[None]:
    """As in a process that serves: there is a tail of the feed."""
    with tail.installed(Tail(0)):
        yield


@pytest_asyncio.fixture(scope="module")
async def server(run_databases: Databases) -> AsyncIterator[ServerProcess]:
    """A real server, whose database a test may take away."""
    async with serving(await run_databases.copy(DATABASE)) as process:
        yield process
    await run_databases.drop(DATABASE)


@pytest_asyncio.fixture
async def forgotten_migration(database: str) -> AsyncIterator[str]:
    """A migration of which the database has no record."""
    connection = await asyncpg.connect(database)
    name: str = await connection.fetchval("select max(name) from tortoise_migrations")
    rename = "update tortoise_migrations set name = $2 where name = $1"
    await connection.execute(rename, name, f"not {name}")
    yield name
    await connection.execute(rename, f"not {name}", name)
    await connection.close()


async def test_a_process_that_answers_is_alive():
    answer = await ask(HEALTH, "/health/live")
    assert (answer.status, answer.json) == (200, {"status": "live"})


@pytest.mark.usefixtures("database")
async def test_a_migrated_database_that_answers_is_ready():
    answer = await ask(HEALTH, "/health/ready")
    assert (answer.status, answer.json) == (200, {"status": "ready"})


@pytest.mark.usefixtures("database")
async def test_facts_that_wait_for_their_place_are_a_reason(frozen_clock: datetime):
    await announce()
    with clock.frozen(frozen_clock + timedelta(minutes=2)):
        answer = await ask(HEALTH, "/health/ready")
    assert answer.status == 503
    assert answer.json["reasons"] == {"relay": "facts wait for 120 seconds"}


@pytest.mark.usefixtures("database")
async def test_a_fact_that_has_just_been_recorded_is_no_reason():
    await announce()
    assert (await ask(HEALTH, "/health/ready")).status == 200


async def test_a_missing_migration_is_a_reason(forgotten_migration: str):
    answer = await ask(HEALTH, "/health/ready")
    assert answer.status == 503
    assert answer.json["reasons"] == {"migrations": f"not applied: {forgotten_migration}; run `hourglass migrate`"}


async def test_a_database_that_went_away_is_a_reason(server: ServerProcess, run_databases: Databases):
    async with aiohttp.ClientSession(server.url.removesuffix("/graphql")) as http:
        await run_databases.drop(DATABASE)
        async with http.get("/health/ready") as answer:
            assert answer.status == 503
            assert (await answer.json())["reasons"].keys() == {"database", "migrations", "relay"}
        async with http.get("/health/live") as answer:
            assert answer.status == 200


@pytest.mark.usefixtures("database", "following")
async def test_the_page_tells_the_pool_the_lags_and_the_subscribers(frozen_clock: datetime):
    await announce()
    with clock.frozen(frozen_clock + timedelta(minutes=2)):
        page = (await ask(Starlette(routes=metrics.routes(Settings(), EXECUTOR)), "/metrics")).body.decode()
    figures = dict(line.rsplit(" ", 1) for line in page.splitlines() if line and not line.startswith("#"))
    assert float(figures["hourglass_database_pool_size"]) >= 1
    assert float(figures["hourglass_outbox_sequencing_lag_seconds"]) == 120
    assert float(figures["hourglass_outbox_delivery_lag_seconds"]) == 0
    assert float(figures["hourglass_live_subscribers"]) == 0
    assert "process_resident_memory_bytes" in figures


@pytest.mark.usefixtures("database", "following")
@pytest.mark.parametrize(
    ("authorization", "status"),
    [("Bearer let me count", 200), ("Bearer let me guess", 401), ("let me count", 401), ("", 401)],
)
async def test_a_token_closes_the_page(authorization: str, status: int):
    app = Starlette(routes=metrics.routes(Settings(metrics_token="let me count"), EXECUTOR))
    assert (await ask(app, "/metrics", headers={"Authorization": authorization})).status == status
