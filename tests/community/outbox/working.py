"""Workers and their hearers, for the length of a test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

from community import database as db
from community.outbox import worker
from community.outbox.hearing import HEARERS
from community.outbox.patience import Patience
from community.outbox.relay import load_areas
from community.outbox.scheduling import COMPANIONS, JOBS, SCHEDULES
from community.settings import Settings
from tests.deadlines import PATIENCE_SECONDS

HASTY = Patience(attempts=3, first_pause=timedelta(milliseconds=1))


@asynccontextmanager
async def working(database_url: str, *, heartbeat_seconds: float = 30) -> AsyncIterator[None]:
    """A worker runs in this process. At the end it stops in order."""
    stop = asyncio.Event()
    settings = Settings(database_url=database_url, redis_url=None, worker_heartbeat_seconds=heartbeat_seconds)
    running = asyncio.create_task(worker.run_worker(stop, settings))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, PATIENCE_SECONDS)


@contextmanager
def declarations() -> Iterator[None]:
    """Hearers, jobs, schedules and companions declared inside are forgotten at the end; those of the areas stay."""
    load_areas()
    registries = (HEARERS, JOBS, SCHEDULES, COMPANIONS)
    before = [dict(registry) for registry in registries]
    try:
        yield
    finally:
        for registry, kept in zip(registries, before, strict=True):
            registry.clear()
            registry.update(kept)  # type: ignore[arg-type]


async def count_of(fact_type: str) -> int:
    """How many facts of a type were recorded."""
    count: int = await db.fetch_value("select count(*) from outbox_fact where type = $1", fact_type)
    return count


async def deliveries() -> list[tuple[str, str]]:
    """What is in the queue: entrypoint and status."""
    rows = await db.fetch("select entrypoint, status::text from pgqueuer order by id")
    return [(row["entrypoint"], row["status"]) for row in rows]
