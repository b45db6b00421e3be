"""Views on their way to the database: noted without waiting, written in batches, at most a moment later.

async with recorder.serving():                      # once per process; an orderly end writes what is left
    recorder.note(member_id, "post", ids, clock.now())
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from uuid import UUID

import structlog

from community.engagement.service.views import Showing, keep_views

FLUSH_SECONDS = 0.5
"""How long a view waits at most before it is written. A crash loses that much."""

BATCH = 200
"""So many requests' views are written at once."""
MOST_WAITING = 200_000
"""While the database is away, views wait; when so many do, further ones are lost."""

MOST_REMEMBERED = 200_000
"""So many views at most are known to be noted already."""

QUARTER_SECONDS = 900
"""Zones are whole quarters of an hour apart, so nobody's day begins within one."""

log = structlog.get_logger(__name__)


class Recorder:
    """The views of one process that are not written yet, each member and subject once in a quarter of an hour."""

    def __init__(self) -> None:
        self._waiting: deque[Showing] = deque()
        self._noted = asyncio.Event()
        self._is_full = False
        self._known: dict[tuple[UUID, str], set[UUID]] = {}
        self._remembered = 0
        self._quarter = 0
        self._views = 0
        """How many views wait, of which each `Showing` has some."""

    def note(self, member_id: UUID, subject_type: str, ids: Iterable[UUID], at: datetime) -> None:
        """A member was shown these."""
        known = self._known_of(member_id, subject_type, at)
        new = {*ids} - known
        if self._views + len(new) > MOST_WAITING:
            self._say_full()
            new = {*islice(new, MOST_WAITING - self._views)}
        if not new:
            return
        known |= new
        self._remembered += len(new)
        self._views += len(new)
        self._waiting.append(Showing(member_id, subject_type, [*new], at))
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
        while batch := [*islice(self._waiting, BATCH)]:
            try:
                await keep_views(batch)
            except Exception as error:
                log.warning("views are not written yet", waiting=self._views, error=repr(error))
                self._noted.set()
                return
            for written in batch:
                self._waiting.popleft()
                self._views -= len(written.subject_ids)
            self._is_full = False

    def _known_of(self, member_id: UUID, subject_type: str, at: datetime) -> set[UUID]:
        """What is known to be noted of a member in this quarter of an hour."""
        quarter = int(at.timestamp()) // QUARTER_SECONDS
        if quarter != self._quarter or self._remembered > MOST_REMEMBERED:
            self._known, self._remembered, self._quarter = {}, 0, quarter
        return self._known.setdefault((member_id, subject_type), set())

    def _say_full(self) -> None:
        if not self._is_full:
            self._is_full = True
            log.error("views are lost: too many wait for the database", waiting=self._views)


_installed: Recorder | None = None


def note(member_id: UUID, subject_type: str, ids: Iterable[UUID], at: datetime) -> None:
    """Note that a member was shown these. Where nobody writes views, as in a command, this does nothing."""
    if _installed is not None:
        _installed.note(member_id, subject_type, ids, at)


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
