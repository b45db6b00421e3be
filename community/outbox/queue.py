"""The queue of deliveries and jobs: PgQueuer's tables, written on the caller's own connection and transaction."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

import orjson
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel, JobId
from pgqueuer.ports.driver import Driver, NotifyCallback

from community import database

DELIVERY = "hear:"
JOB = "job:"
"""What entrypoints begin with: a delivery to a hearer, or a job of its own."""

AWAITED_FACTS = f"select convert_from(payload, 'UTF8')::uuid from pgqueuer where entrypoint like '{DELIVERY}%'"
"""The facts that some hearer still waits for, parked deliveries included."""


async def enqueue_deliveries(deliveries: Sequence[tuple[str, UUID]]) -> None:
    """One delivery per (hearer, fact), in the caller's transaction."""
    if deliveries:
        await _queries().enqueue(
            [f"{DELIVERY}{hearer}" for hearer, _ in deliveries],
            [str(fact_id).encode() for _, fact_id in deliveries],
            [0] * len(deliveries),
        )


async def take_along(hearer: str, limit: int) -> list[UUID]:
    """Take deliveries to this hearer that nobody has tried yet out of the queue; the facts that they are about.

    They are back when the caller's transaction does not commit.
    """
    taken = await database.fetch(_TAKE_ALONG, f"{DELIVERY}{hearer}", limit)
    return [UUID(row["payload"].decode()) for row in taken]


_TAKE_ALONG = """
    delete from pgqueuer where id in (
        select id from pgqueuer
        where entrypoint = $1 and status = 'queued' and attempts = 0 and execute_after <= now()
        order by priority desc, id limit $2 for update skip locked
    ) returning payload
"""


async def enqueue_job(name: str, arguments: dict[str, Any], delay: timedelta) -> None:
    """One job, in the caller's transaction."""
    await _queries().enqueue(f"{JOB}{name}", orjson.dumps(arguments), execute_after=delay)


async def requeue(delivery_id: int) -> None:
    """Try a parked delivery again from its first attempt."""
    await _queries().requeue_jobs([JobId(delivery_id)])


async def prune_log(before: datetime, limit: int) -> int:
    """Forget up to `limit` notes of the queue's log from before then, except on what is still in the queue."""
    forgotten = await database.fetch(
        "delete from pgqueuer_log where id in (select id from pgqueuer_log note where created < $1"
        " and not exists (select from pgqueuer job where job.id = note.job_id) order by created limit $2) returning id",
        before,
        limit,
    )
    return len(forgotten)


def queue_names() -> DBSettings:
    """PgQueuer's own names for its tables, said aloud: otherwise a variable like CHANNEL would change them."""
    return DBSettings(
        prefix="",
        db_schema=None,
        channel=Channel("ch_pgqueuer"),
        function="fn_pgqueuer_changed",
        statistics_table="pgqueuer_statistics",
        queue_status_type="pgqueuer_status",
        queue_table="pgqueuer",
        queue_table_log="pgqueuer_log",
        trigger="tg_pgqueuer_changed",
        schedules_table="pgqueuer_schedules",
        durability=Durability.durable,
    )


SETTINGS = queue_names()


def queries_over(driver: Driver) -> Queries:
    """PgQueuer's statements, sent through `driver`."""
    return Queries(
        driver, QueryBuilderEnvironment(SETTINGS), QueryQueueBuilder(SETTINGS), QuerySchedulerBuilder(SETTINGS)
    )


class OurTransaction(Driver):
    """PgQueuer's statements on the connection of the caller's transaction. Workers listen elsewhere."""

    def __init__(self) -> None:
        self._shutdown = asyncio.Event()
        self._tasks = TaskManager()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        return [dict(row) for row in await database.fetch(query, *args)]

    async def execute(self, query: str, *args: object) -> str:
        return await database.execute(query, *args)

    async def notify(self, channel: str, payload: str) -> None:
        await database.execute("select pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:  # noqa: ARG002
        raise TypeError("nobody listens inside a transaction")

    @property
    def shutdown(self) -> asyncio.Event:
        return self._shutdown

    @property
    def tm(self) -> TaskManager:
        return self._tasks

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


def _queries() -> Queries:
    return queries_over(OurTransaction())
