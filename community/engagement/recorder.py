"""Views on their way to the database: noted without waiting, written in batches, at most a moment later.

async with recorder.serving():                      # once per process; an orderly end writes what is left
    recorder.note(member_id, "post", ids, clock.now())
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import structlog

from community.engagement.service.views import View, keep_views

FLUSH_SECONDS = 0.5
"""How long a view waits at most before it is written. A crash loses that much."""

BATCH = 2_000
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
        self._waiting: list[View] = []
        self._noted = asyncio.Event()
        self._is_full = False
        self._known: dict[tuple[UUID, str], set[UUID]] = {}
        self._remembered = 0
        self._quarter = 0

    def note(self, member_id: UUID, subject_type: str, ids: Iterable[UUID], at: datetime) -> None:
        """A member was shown these."""
        known = self._known_of(member_id, subject_type, at)
        new = {each for each in ids if each not in known}
        if not new:
            return
        views = [View(member_id, subject_type, each, at) for each in new]
        room = MOST_WAITING - len(self._waiting)
        if len(views) > room:
            self._say_full()
            views = views[:room]
        known.update(view.subject_id for view in views)
        self._remembered += len(views)
        self._waiting += views
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
        while batch := self._waiting[:BATCH]:
            try:
                await keep_views(batch)
            except Exception as error:
                log.warning("views are not written yet", waiting=len(self._waiting), error=repr(error))
                self._noted.set()
                return
            del self._waiting[: len(batch)]
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
            log.error("views are lost: too many wait for the database", waiting=len(self._waiting))


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
