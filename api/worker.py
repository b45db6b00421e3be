"""The work behind the API: deliveries, jobs and schedules, in a process of their own or beside the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.process import STOPPING
from community.outbox.worker import run_worker
from community.settings import Settings


async def run(settings: Settings) -> None:
    """Work on the connected database until SIGINT or SIGTERM, then finish what is running."""
    stop = asyncio.Event()
    for number in STOPPING:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_worker(stop, settings)


@asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[None]:
    """A worker in this process for as long as the server runs. At the end it finishes what is running."""
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(stop, settings), name="worker")
    try:
        yield
    finally:
        stop.set()
        await working
