"""Putting facts in order and following the feed: what every process does that writes or subscribes."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

import structlog

from community import database, valkey
from community.areas import AREAS
from community.kernel import ids
from community.outbox import queries, service, tail, wake
from community.outbox.broadcast import Broadcast, channel_name
from community.outbox.queries import EventView
from community.outbox.tail import Tail
from community.settings import Settings

POLL_SECONDS = 1.0
"""How late, at worst, what every wake-up call missed is seen."""

RETRY_SECONDS = 0.5
"""The pause after the database was found away."""

REST_SECONDS = 0.02
"""The pause after facts were put in order: what is recorded meanwhile is put in order together."""

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
    feed, voice = Tail(await queries.head()), ids.new_text()
    show, works = await _fan_out(feed, voice, settings)
    tasks = [asyncio.create_task(work) for work in (feed.follow(POLL_SECONDS), _sequence(feed, voice, show), *works)]
    try:
        with tail.installed(feed):
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def load_areas() -> None:
    """Import the handlers and jobs of every area, so that they are known here."""
    for area in AREAS:
        for part in ("handlers", "jobs"):
            if find_spec(f"community.{area}.{part}"):
                importlib.import_module(f"community.{area}.{part}")


async def _fan_out(feed: Tail, voice: str, settings: Settings) -> tuple[Show, list[Work]]:
    """How facts are shown to other processes, and the work of hearing theirs."""
    client = valkey.client() if settings.redis_url else None
    if client is None:
        return _announced_already, [_listen(feed, voice)]
    broadcast = Broadcast(client, await channel_name())
    return broadcast.show, [broadcast.send(), broadcast.hear(feed)]


def _announced_already(_: Sequence[EventView]) -> None:
    """The sequencing transaction itself carried the NOTIFY."""


async def _listen(feed: Tail, voice: str) -> None:
    async with database.listen(service.SEQUENCED) as announcements:
        async for announced in announcements:
            head, _, origin = (announced or "").partition(" ")
            # What this process put in order is offered to the feed by itself.
            if not head or (origin != voice and int(head) > feed.position):
                feed.wake()


async def _sequence(feed: Tail, voice: str, show: Show) -> None:
    """Put facts in order whenever some were committed here, and look for those of others."""
    while True:
        are_there = await wake.until_recorded(POLL_SECONDS)
        try:
            are_there = are_there or await queries.has_unsequenced()
            while are_there:
                events = await service.sequence(origin=voice)
                if events:
                    feed.offer(events)
                    show(events)
                are_there = len(events) == service.BATCH
                await asyncio.sleep(REST_SECONDS)
        except Exception as error:
            log.warning("cannot put facts in order", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)
