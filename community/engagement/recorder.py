"""Views on their way to the database: noted without waiting, written in batches, at most a moment later.

async with recorder.serving():                      # once per process; an orderly end writes what is left
    recorder.note(member_id, subjects, clock.now())
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date, datetime
from itertools import islice
from uuid import UUID

import structlog

from community.engagement.rules.activities import Subject
from community.engagement.service.views import View, keep_views

FLUSH_SECONDS = 0.5
"""How long a view waits at most before it is written. A crash loses that much."""

BATCH = 2_000
MOST_WAITING = 200_000
"""While the database is away, views wait; when so many do, further ones are lost."""

log = structlog.get_logger(__name__)

Key = tuple[UUID, Subject, date]


class Recorder:
    """The views of one process that are not written yet, each member and subject once a day (UTC)."""

    def __init__(self) -> None:
        self._waiting: dict[Key, View] = {}
        self._noted = asyncio.Event()
        self._is_full = False

    def note(self, member_id: UUID, subjects: Iterable[Subject], at: datetime) -> None:
        """A member was shown these."""
        today = at.date()
        for subject in subjects:
            if len(self._waiting) >= MOST_WAITING:
                self._say_full()
                return
            self._waiting.setdefault((member_id, subject, today), View(member_id, subject, at))
        self._noted.set()

    async def run(self) -> None:
        """Write what was noted, for ever."""
        while True:
            await self._noted.wait()
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write all that waits. What cannot be written waits on."""
        self._noted.clear()
        while batch := dict(islice(self._waiting.items(), BATCH)):
            try:
                await keep_views(list(batch.values()))
            except Exception as error:
                log.warning("views are not written yet", waiting=len(self._waiting), error=repr(error))
                self._noted.set()
                return
            for key in batch:
                del self._waiting[key]
            self._is_full = False

    def _say_full(self) -> None:
        if not self._is_full:
            self._is_full = True
            log.error("views are lost: too many wait for the database", waiting=len(self._waiting))


_installed: Recorder | None = None


def note(member_id: UUID, subjects: Iterable[Subject], at: datetime) -> None:
    """Note that a member was shown these. Where nobody writes views, as in a command, this does nothing."""
    if _installed is not None:
        _installed.note(member_id, subjects, at)


@asynccontextmanager
async def serving() -> AsyncIterator[Recorder]:
    """Write what is noted inside; at the end, what is left. Inside the database's own lifetime."""
    global _installed
    recorder = _installed = Recorder()
    writing = asyncio.create_task(recorder.run(), name="engagement: write views")
    try:
        yield recorder
    finally:
        _installed = None
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await recorder.flush()
