"""Delivering facts to their hearers, doing jobs, keeping schedules: what at least one process does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from uuid import UUID

import asyncpg
import orjson
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.core.applications import PgQueuer
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.domain.models import Job as QueuedJob
from pgqueuer.domain.models import Schedule as DueSchedule
from pgqueuer.domain.types import Channel

from community.outbox import queue, service
from community.outbox.hearing import HEARERS, Hearer
from community.outbox.patience import Patience
from community.outbox.relay import POLL_SECONDS, RETRY_SECONDS, serving
from community.outbox.scheduling import COMPANIONS, JOBS, SCHEDULES, Companion, Job, Schedule
from community.settings import Settings

__all__ = ["run_worker", "serving"]

log = structlog.get_logger(__name__)


async def run_worker(stop: asyncio.Event, settings: Settings) -> None:
    """Deliver facts to their hearers, do jobs and keep schedules until `stop`, then finish what is running."""
    async with serving(settings), _accompanied(stop):
        while not stop.is_set():
            try:
                await _work_the_queue(stop, settings)
            except Exception as error:
                log.warning("the queue is interrupted", error=repr(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RETRY_SECONDS)


@asynccontextmanager
async def _accompanied(stop: asyncio.Event) -> AsyncIterator[None]:
    """The companions work beside what happens inside; at the end they finish what they are doing."""
    tasks = [asyncio.create_task(_accompany(companion, stop), name=companion.name) for companion in COMPANIONS.values()]
    try:
        yield
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _accompany(companion: Companion, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await companion.work(stop)
        except Exception as error:
            log.warning("a companion is interrupted", companion=companion.name, error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RETRY_SECONDS)


async def _work_the_queue(stop: asyncio.Event, settings: Settings) -> None:
    """Until `stop`, or until the connection is lost. The queue's own statements have a connection outside the pool."""
    connection = await asyncpg.connect(
        settings.database_url,
        timeout=settings.pool_acquire_seconds,
        command_timeout=settings.worker_heartbeat_seconds,
        server_settings={"application_name": "hourglass worker", "jit": "off", "timezone": "UTC"},
    )
    try:
        await _work_over(connection, stop, settings)
    finally:
        connection.terminate()


async def _work_over(connection: asyncpg.Connection, stop: asyncio.Event, settings: Settings) -> None:
    driver = AsyncpgDriver(connection)
    worker = PgQueuer(driver, Channel(queue.SETTINGS.channel), queries=queue.queries_over(driver))
    for hearer in HEARERS.values():
        deliver = partial(_deliver, hearer) if hearer.most == 1 else partial(_deliver_together, hearer, asyncio.Lock())
        _register(worker, f"{queue.DELIVERY}{hearer.name}", deliver, hearer.patience)
    for job in JOBS.values():
        _register(worker, f"{queue.JOB}{job.name}", partial(_do, job), job.patience)
    for schedule in SCHEDULES.values():
        worker.schedule(schedule.name, schedule.cron, accepts_context=False)(partial(_keep, schedule))
    stopping = asyncio.create_task(_shut_down(worker, stop), name="outbox: stop the queue")
    try:
        await worker.run(
            dequeue_timeout=timedelta(seconds=POLL_SECONDS),
            batch_size=settings.worker_concurrency // 2,
            max_concurrent_tasks=settings.worker_concurrency,
            shutdown_on_listener_failure=True,
            # Nobody reads PgQueuer's statistics, and nobody would prune them.
            log_aggregation_interval=timedelta(0),
            heartbeat_timeout=timedelta(seconds=settings.worker_heartbeat_seconds),
        )
    finally:
        stopping.cancel()


def _register(
    worker: PgQueuer, entrypoint: str, run: Callable[[QueuedJob], Awaitable[None]], patience: Patience
) -> None:
    worker.entrypoint(
        entrypoint,
        accepts_context=False,
        on_failure="hold",
        executor_factory=partial(
            DatabaseRetryEntrypointExecutor,
            max_attempts=patience.attempts - 1,
            initial_delay=patience.first_pause,
            max_delay=patience.longest_pause,
        ),
    )(run)


async def _deliver(hearer: Hearer, delivery: QueuedJob) -> None:
    await service.hear(hearer, _fact_id_of(delivery))


async def _deliver_together(hearer: Hearer, turn: asyncio.Lock, delivery: QueuedJob) -> None:
    # What is heard together is about the same rows: whoever waited for their locks instead would hold a connection.
    fact_id = _fact_id_of(delivery)
    async with turn:
        is_heard = await _is_heard_with_others(hearer, fact_id)
    if not is_heard:
        await service.hear(hearer, fact_id)


async def _is_heard_with_others(hearer: Hearer, fact_id: UUID) -> bool:
    """One that cannot be heard shall not keep the others: then each is heard by itself, and only that one fails."""
    try:
        await service.hear_with_others(hearer, fact_id)
    except Exception as error:
        log.warning("what waits is heard one by one", hearer=hearer.name, error=repr(error))
        return False
    return True


def _fact_id_of(delivery: QueuedJob) -> UUID:
    assert delivery.payload is not None
    return UUID(delivery.payload.decode())


async def _do(job: Job[...], queued: QueuedJob) -> None:
    assert queued.payload is not None
    await job(**orjson.loads(queued.payload))


async def _keep(schedule: Schedule, _: DueSchedule) -> None:
    await schedule.work()


async def _shut_down(worker: PgQueuer, stop: asyncio.Event) -> None:
    await stop.wait()
    worker.shutdown.set()
