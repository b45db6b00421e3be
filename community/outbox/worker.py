"""What a process runs for the outbox: putting facts in order, following the feed, delivering, doing jobs.

Every process that writes or subscribes is `serving()`; at least one of them also runs `run_worker()`.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from typing import Any
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

from community import database, valkey
from community.areas import AREAS
from community.outbox import queries, queue, service, tail, wake
from community.outbox.broadcast import Broadcast, channel_name
from community.outbox.hearing import HEARERS, Hearer
from community.outbox.patience import Patience
from community.outbox.queries import EventView
from community.outbox.scheduling import JOBS, SCHEDULES, Job, Schedule
from community.outbox.tail import Tail
from community.settings import Settings

POLL_SECONDS = 1.0
"""How late, at worst, what every wake-up call missed is seen."""

RETRY_SECONDS = 0.5
"""The pause after the database was found away."""

Show = Callable[[Sequence[EventView]], None]
Work = Coroutine[Any, Any, None]

log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[None]:
    """Put facts in order and follow the feed: inside, `live()` works. Entered again, it adds nothing."""
    if tail.is_installed():
        yield
        return
    load_areas()
    feed = Tail(await queries.head())
    show, works = await _fan_out(feed, settings)
    tasks = [asyncio.create_task(work) for work in (feed.follow(POLL_SECONDS), _sequence(feed, show), *works)]
    try:
        with tail.installed(feed):
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def run_worker(stop: asyncio.Event, settings: Settings) -> None:
    """Deliver facts to their hearers, do jobs and keep schedules until `stop`, then finish what is running."""
    async with serving(settings):
        while not stop.is_set():
            try:
                await _work_the_queue(stop, settings)
            except Exception as error:
                log.warning("the queue is interrupted", error=repr(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RETRY_SECONDS)


def load_areas() -> None:
    """Import the handlers and jobs of every area, so that they are known here."""
    for area in AREAS:
        for part in ("handlers", "jobs"):
            if find_spec(f"community.{area}.{part}"):
                importlib.import_module(f"community.{area}.{part}")


async def _fan_out(feed: Tail, settings: Settings) -> tuple[Show, list[Work]]:
    """How facts are shown to other processes, and the work of hearing theirs."""
    client = valkey.client() if settings.redis_url else None
    if client is None:
        return _announced_already, [_listen(feed)]
    broadcast = Broadcast(client, await channel_name())
    return broadcast.show, [broadcast.send(), broadcast.hear(feed)]


def _announced_already(_: Sequence[EventView]) -> None:
    """The sequencing transaction itself carried the NOTIFY."""


async def _listen(feed: Tail) -> None:
    async with database.listen(service.SEQUENCED) as announcements:
        async for head in announcements:
            if head is None or int(head) > feed.position:
                feed.wake()


async def _sequence(feed: Tail, show: Show) -> None:
    """Put facts in order whenever some were committed here, and look for those of others."""
    while True:
        await wake.until_recorded(POLL_SECONDS)
        try:
            while await queries.has_unsequenced():
                events = await service.sequence()
                if events:
                    feed.offer(events)
                    show(events)
        except Exception as error:
            log.warning("cannot put facts in order", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)


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
        _register(worker, f"{queue.DELIVERY}{hearer.name}", partial(_deliver, hearer), hearer.patience)
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
    assert delivery.payload is not None
    await service.hear(hearer, UUID(delivery.payload.decode()))


async def _do(job: Job[...], queued: QueuedJob) -> None:
    assert queued.payload is not None
    await job(**orjson.loads(queued.payload))


async def _keep(schedule: Schedule, _: DueSchedule) -> None:
    await schedule.work()


async def _shut_down(worker: PgQueuer, stop: asyncio.Event) -> None:
    await stop.wait()
    worker.shutdown.set()
