"""Clicks from the door to the database: kept on this machine first, written down in batches a moment later.

async with recorder.serving(settings.home / "clicks") as clicks:
    clicks.note(click)          # the visitor may be sent on: the click outlives this process
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import structlog

from community.kernel import ids
from community.referrals import service as referrals
from community.referrals.rules.clicks import Click
from community.referrals.spool import Segment, Spool

FLUSH_SECONDS = 0.5
"""How long a click waits at most before it is written down, while the database is there."""

RETRY_SECONDS = (0.5, 5.0)
"""The first and the longest pause between attempts while it is not."""

ADOPT_SECONDS = 30.0
"""How often the spools of processes that died are looked for."""

MOST_SEGMENTS = 2_000
"""Ten million clicks, some 2 GB. When so many wait for the database, further ones are lost, and the log says so."""

MOST_IN_MEMORY = 50_000
"""So many clicks are kept while the disk takes none."""

log = structlog.get_logger(__name__)


class Recorder:
    """The clicks of one process that are not written down yet."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._unspooled: list[Click] = []
        self._batch: tuple[UUID, list[Click]] | None = None
        self._noted = asyncio.Event()
        self._is_losing = False

    def note(self, click: Click) -> None:
        """Keep a click. Costs one write to a file, and never waits for the database."""
        if len(self._spool.waiting) >= MOST_SEGMENTS:
            self._lose("too many wait for the database")
            return
        try:
            self._spool.append(click)
        except OSError as error:
            self._keep_in_memory(click, error)
        self._noted.set()

    async def run(self) -> None:
        """Write down what was noted, for ever. While the database is away, try less and less often."""
        first, longest = RETRY_SECONDS
        pause = first
        while True:
            await self._noted.wait()
            await asyncio.sleep(FLUSH_SECONDS)
            if await self.flush():
                pause = first
            else:
                await asyncio.sleep(pause)
                pause = min(pause * 2, longest)

    async def adopt(self) -> None:
        """Take over what processes left that died, for ever."""
        while True:
            try:
                if adopted := await asyncio.to_thread(self._spool.adopt):
                    log.info("clicks of a process that died are taken over", segments=adopted)
                    self._noted.set()
            except OSError as error:
                log.warning("spools cannot be looked for", error=repr(error))
            await asyncio.sleep(ADOPT_SECONDS)

    async def flush(self) -> bool:
        """Write down all that waits; whether that was possible. What cannot be written down waits on."""
        self._noted.clear()
        self._spool.roll()
        try:
            for segment in list(self._spool.waiting):
                await self._keep(segment)
            await self._keep_unspooled()
        except Exception as error:
            log.warning("clicks wait", segments=len(self._spool.waiting), error=repr(error))
            self._noted.set()
            return False
        self._is_losing = False
        return True

    async def _keep(self, segment: Segment) -> None:
        clicks = await asyncio.to_thread(segment.read)
        await referrals.keep_clicks(segment.id, clicks)
        self._spool.done(segment)

    async def _keep_unspooled(self) -> None:
        if self._batch is None and self._unspooled:
            self._batch, self._unspooled = (ids.new_id(), self._unspooled), []
        if self._batch is not None:
            await referrals.keep_clicks(*self._batch)
            self._batch = None

    def _keep_in_memory(self, click: Click, error: OSError) -> None:
        if len(self._unspooled) >= MOST_IN_MEMORY:
            self._lose("the disk takes none")
            return
        if not self._unspooled:
            log.error("clicks are kept in memory: the disk takes none", error=repr(error))
        self._unspooled.append(click)

    def _lose(self, reason: str) -> None:
        if not self._is_losing:
            self._is_losing = True
            log.error("clicks are lost", reason=reason)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Recorder]:
    """Write down what is noted inside; at the end what is left, or else leave it to whoever comes next.

    Inside the database's own lifetime.
    """
    spool = Spool(folder)
    recorder = Recorder(spool)
    tasks = [
        asyncio.create_task(recorder.run(), name="referrals: write clicks down"),
        asyncio.create_task(recorder.adopt(), name="referrals: adopt clicks"),
    ]
    try:
        yield recorder
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await recorder.flush()
        spool.close()
