"""Live subscriptions: the facts of some types, or about one subject, as they happen."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar, cast
from uuid import UUID

from community.access.policy import Actor, Permission, require
from community.kernel.errors import TooBusy
from community.kernel.facts import Fact
from community.outbox import queries, tail
from community.outbox.errors import SlowConsumer
from community.outbox.queries import EVERYTHING, EventView, Filter
from community.outbox.tail import QUEUE, Inbox, Tail

PAGE = 100
"""How many facts a subscriber that fell behind reads at a time."""

LAG = 10_000
"""How far behind a subscriber may fall."""

BATCH = 20
"""So many facts that wait are handed to a subscriber together."""

RETRY_SECONDS = 0.5
"""The pause before what a busy server did not answer is asked again."""

AnyFact = TypeVar("AnyFact", bound=Fact)
Item = TypeVar("Item")
Answer = TypeVar("Answer")


def live(*types: type[AnyFact], subject: UUID | None = None) -> "Live[AnyFact]":
    """Facts of these types that are committed from now on, in the feed's order, none missed.

    It listens from this call on, not from the first step of the iteration; what was committed a moment before may come
    too. It ends when the process stops serving, and raises SlowConsumer when the caller falls far behind.

    Raises RuntimeError in a process that does not serve.
    """
    which = Filter(types=tuple(fact.type for fact in types), subject=subject)
    return Live(tail.current(), which, lambda event: cast(AnyFact, _latest.of(event)))


def follow(actor: Actor, *, after: int | None = None, which: Filter = EVERYTHING) -> "Live[EventView]":
    """The feed itself: everything after the sequence `after`, then what happens from now on, without a gap between.

    Raises Unauthenticated or Forbidden without the permission.
    """
    require(actor, Permission.OUTBOX_READ)
    return Live(tail.current(), which, lambda event: event, after=after)


async def however_busy(read: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `read` comes to, however long it takes: who listens is not sent away because the server is busy."""
    while True:
        with suppress(TooBusy):
            return await read()
        await asyncio.sleep(RETRY_SECONDS)


class _Latest:
    """The facts of the events that were asked for last: thousands ask for the same ones, one after the other."""

    def __init__(self) -> None:
        self._facts: OrderedDict[int, tuple[EventView, Fact]] = OrderedDict()

    def of(self, event: EventView) -> Fact:
        known = self._facts.get(id(event))
        if known is None:
            # What is kept keeps the event whose identity is its key.
            known = self._facts[id(event)] = event, event.fact()
            if len(self._facts) > QUEUE:
                self._facts.popitem(last=False)
        return known[1]


_latest = _Latest()


class Live(Generic[Item]):
    """An asynchronous iterator over facts. Dropping it, or `close()`, ends the subscription."""

    def __init__(
        self, feed: Tail, which: Filter, show: Callable[[EventView], Item], *, after: int | None = None
    ) -> None:
        self._tail = feed
        self._which = which
        self._show = show
        self._position = feed.position if after is None else after
        self._has_been_live = after is None
        self._inbox = Inbox(which, is_behind=after is not None)
        feed.add(self._inbox)

    def close(self) -> None:
        """Stop listening; the iteration ends."""
        self._tail.remove(self._inbox)
        self._inbox.close()

    def __del__(self) -> None:
        if hasattr(self, "_inbox"):
            self._tail.remove(self._inbox)

    def __aiter__(self) -> AsyncIterator[Item]:
        return self

    async def batch(self) -> list[Item]:
        """All that wait, at least one and at most BATCH: who reads about many at once catches up. None at the end."""
        async for first in self:
            return [first, *self._take(BATCH - 1)]
        return []

    async def __anext__(self) -> Item:
        while True:
            for item in self._take(1):
                return item
            if self._inbox.is_closed:
                raise StopAsyncIteration
            if self._inbox.is_behind:
                await self._catch_up()
            else:
                await self._inbox.until_ready()

    def _take(self, most: int) -> list[Item]:
        taken: list[Item] = []
        while self._inbox.waiting and len(taken) < most:
            event = self._inbox.waiting.popleft()
            # A client may come with a cursor from a process whose tail is further than ours.
            if event.sequence > self._position:
                self._position = event.sequence
                taken.append(self._show(event))
        return taken

    async def _catch_up(self) -> None:
        """Read the next page from the feed; at its end, join the tail again where the tail stands now."""
        upto = self._tail.position
        behind = upto - self._position
        if behind > LAG and self._has_been_live:
            self.close()
            raise SlowConsumer(self._position, behind)
        page = await self._read(upto)
        self._inbox.waiting.extend(page)
        if not page:
            self._position = max(self._position, upto)
        if len(page) < PAGE and self._tail.position == upto:
            self._inbox.is_behind = False
            self._has_been_live = True

    async def _read(self, upto: int) -> list[EventView]:
        return await however_busy(lambda: queries.between(self._position, upto, self._which, PAGE))
