"""Hearing NOTIFY: one connection outside the pool, which comes back by itself after the server was away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog

from community.database.pool import Pool, the_pool

PROBE_SECONDS = 30.0
"""How often a silent connection is asked whether it still lives."""

RECONNECT_SECONDS = (0.05, 2.0)
"""The first and the longest pause between attempts to come back."""

BACKLOG = 10_000
"""How many unread payloads are kept. Beyond, they are dropped and the reader is told that something was missed."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def listen(channel: str) -> AsyncIterator[AsyncIterator[str | None]]:
    """Payloads of `channel`, in order; None whenever some may have been missed, so also first of all.

        async with database.listen("outbox") as payloads:
            async for payload in payloads:
                ...

    Whoever hears None looks for itself: it comes after each (re)connect and when the reader was too slow.
    """
    heard = _Heard()
    keeper = asyncio.create_task(_keep_listening(channel, the_pool(), heard), name=f"listen {channel}")
    try:
        yield heard.payloads()
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


class _Heard:
    """What came in and was not read yet."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(BACKLOG)

    def note(self, payload: str) -> None:
        if self._queue.full():
            self.miss()
        else:
            self._queue.put_nowait(payload)

    def miss(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def payloads(self) -> AsyncIterator[str | None]:
        while True:
            yield await self._queue.get()


async def _keep_listening(channel: str, pool: Pool, heard: _Heard) -> None:
    first, longest = RECONNECT_SECONDS
    pause = first
    while True:
        try:
            connection = await pool.open_apart()
            pause = first
            await _listen_until_lost(connection, channel, heard)
        except Exception as error:
            log.warning("not listening", channel=channel, error=repr(error))
        await asyncio.sleep(pause)
        pause = min(pause * 2, longest)


async def _listen_until_lost(connection: asyncpg.Connection, channel: str, heard: _Heard) -> None:
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    try:
        await connection.add_listener(channel, lambda _connection, _pid, _channel, payload: heard.note(payload))
        heard.miss()
        while not await _happens(lost, PROBE_SECONDS):
            await connection.execute("SELECT 1")
    finally:
        connection.terminate()


async def _happens(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await event.wait()
    return False
