"""The work behind the API: deliveries, jobs and schedules, in a process of their own or beside the server."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from community import database
from community.outbox import worker
from community.settings import Settings


async def run(settings: Settings) -> None:
    """Be a worker process until SIGINT or SIGTERM, then finish what is running."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await database.connect(settings)
    try:
        await worker.run_worker(stop, settings)
    finally:
        await database.disconnect()


@asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[None]:
    """A worker in this process for as long as the server runs. At the end it finishes what is running."""
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run_worker(stop, settings), name="worker")
    try:
        yield
    finally:
        stop.set()
        await working
