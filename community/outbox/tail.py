"""The end of the feed, as this process sees it: each fact is handed to the subscribers here, once and in order."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import structlog

from community.outbox import queries
from community.outbox.queries import EventView, Filter

QUEUE = 100
"""How many facts wait in memory for one subscriber. One that has more to read reads it from the feed."""

BATCH = 500
"""How many facts one read of the feed brings."""

log = structlog.get_logger(__name__)

Key = tuple[str | None, UUID | None]
"""A type and a subject; None means every one."""


class Inbox:
    """What one subscriber has not read yet. It holds at most `QUEUE` facts, and knows when it has missed some."""

    __slots__ = ("_ready", "is_behind", "is_closed", "keys", "waiting")

    def __init__(self, which: Filter, *, is_behind: bool = False) -> None:
        types: Iterable[str | None] = (None,) if which.types is None else set(which.types)
        self.keys: list[Key] = [(kind, which.subject) for kind in types]
        self.waiting: deque[EventView] = deque()
        self.is_behind = is_behind
        self.is_closed = False
        self._ready = asyncio.Event()

    def put(self, event: EventView) -> None:
        """Add a fact, unless the subscriber has to look for itself anyway."""
        if len(self.waiting) >= QUEUE:
            self.is_behind = True
        if not self.is_behind:
            self.waiting.append(event)
            self._ready.set()

    def close(self) -> None:
        """No more facts will come."""
        self.is_closed = True
        self._ready.set()

    async def until_ready(self) -> None:
        """Wait for a fact, or for the end."""
        self._ready.clear()
        if not self.waiting and not self.is_closed:
            await self._ready.wait()


class Tail:
    """Follows the feed and hands each fact to the inboxes that want it. `position` is the last sequence handed out."""

    def __init__(self, position: int) -> None:
        self.position = position
        self._inboxes: defaultdict[Key, set[Inbox]] = defaultdict(set)
        self._bell = asyncio.Event()

    def add(self, inbox: Inbox) -> None:
        """Hand facts to `inbox` from the next one on."""
        for key in inbox.keys:
            self._inboxes[key].add(inbox)

    def remove(self, inbox: Inbox) -> None:
        """Hand it no more. Removing twice does no harm."""
        for key in inbox.keys:
            if inboxes := self._inboxes.get(key):
                inboxes.discard(inbox)
                if not inboxes:
                    del self._inboxes[key]

    @property
    def subscribers(self) -> int:
        """How many subscriptions are open."""
        return len({inbox for inboxes in self._inboxes.values() for inbox in inboxes})

    def offer(self, events: Sequence[EventView]) -> None:
        """Facts that came by a shortcut, contiguous and in order. Where one is missing, the feed is read instead."""
        if not events or events[-1].sequence <= self.position:
            return
        if events[0].sequence > self.position + 1:
            self.wake()
            return
        self._hand_out(events)

    def wake(self) -> None:
        """There may be facts after `position`."""
        self._bell.set()

    async def follow(self, poll_seconds: float) -> None:
        """Read the feed whenever woken, and every `poll_seconds` in any case. Goes on when the database was away."""
        while True:
            try:
                async with asyncio.timeout(poll_seconds):
                    await self._bell.wait()
            except TimeoutError:
                pass
            self._bell.clear()
            try:
                await self.catch_up()
            except Exception as error:
                log.warning("cannot read the feed", error=repr(error))

    async def catch_up(self) -> None:
        """Hand out everything up to the head."""
        known = self.position
        head = await queries.head()
        # Meanwhile facts may have come by a shortcut, beyond the head as it was read, or somebody else went back.
        if head < min(known, self.position):
            log.error("the feed went back: was an older database restored?", head=head, position=known)
            self.close()
            self.position = head
        while self.position < head:
            events = await queries.since(self.position, BATCH)
            if not events:
                return
            self._hand_out(events)
            await asyncio.sleep(0)

    def close(self) -> None:
        """End all subscriptions."""
        for inbox in [inbox for inboxes in self._inboxes.values() for inbox in inboxes]:
            inbox.close()

    def _hand_out(self, events: Sequence[EventView]) -> None:
        for event in events:
            # A read of the feed and a shortcut may overlap: what was handed out during the read is skipped.
            if event.sequence <= self.position:
                continue
            self.position = event.sequence
            for inbox in self._wanting(event):
                inbox.put(event)

    def _wanting(self, event: EventView) -> Iterator[Inbox]:
        keys: tuple[Key, ...] = (
            (event.type, event.subject_id),
            (event.type, None),
            (None, event.subject_id),
            (None, None),
        )
        for key in keys:
            if key in self._inboxes:
                # A copy: a subscription that is garbage leaves the set at any moment.
                yield from tuple(self._inboxes[key])


_current: list[Tail] = []


@contextmanager
def installed(tail: Tail) -> Iterator[None]:
    """Make `tail` the one of this process. At the end its subscriptions end."""
    _current.append(tail)
    try:
        yield
    finally:
        _current.remove(tail)
        tail.close()


def is_installed() -> bool:
    """Whether this process follows the feed."""
    return bool(_current)


def current() -> Tail:
    """The tail of this process. Raises RuntimeError in a process that does not follow the feed."""
    if not _current:
        raise RuntimeError("this process does not follow the feed: wrap it in community.outbox.worker.serving()")
    return _current[-1]
