"""Where each code leads, in the memory of this process: the door asks nobody.

It begins with the newest links, hears of every change through NOTIFY, and reads a code that it does not know once.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from community import database
from community.kernel.errors import TooBusy
from community.referrals import queries
from community.referrals.queries import LinkView
from community.referrals.rules import targets
from community.referrals.rules.codes import code_key, could_be_code
from community.referrals.rules.targets import Places
from community.referrals.service.links import CHANGED

MOST = 100_000
"""So many links are remembered, some 30 MB; beyond, those that nobody followed for the longest time are forgotten."""

UNKNOWN_SECONDS = 10.0
"""For so long a code that does not exist is not asked for again. One that is made meanwhile is heard of at once."""

MOST_UNKNOWN = 50_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads, with room for the click id between `before` and `after`."""

    link_id: UUID
    address: str
    before: str
    after: str
    ends_at: datetime | None
    is_disabled: bool

    @classmethod
    def of(cls, link: LinkView, places: Places) -> "Destination":
        """Where this link leads now."""
        address = targets.address_of(link.target, places)
        before, after = targets.around_click(address)
        return cls(link.id, address, before, after, link.ends_at, link.disabled_at is not None)

    def is_open(self, now: datetime) -> bool:
        """Whether it leads anywhere."""
        return not self.is_disabled and (self.ends_at is None or now < self.ends_at)


class Directory:
    """The destinations of one process."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: OrderedDict[str, Destination] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()

    def known(self, code: str) -> Destination | None:
        """Where a code leads, if this process knows."""
        key = code_key(code)
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def is_unknown(self, code: str) -> bool:
        """Whether it is known that there is no such link: by its shape, or because it was asked for a moment ago."""
        return not could_be_code(code) or self._unknown.get(code_key(code), 0.0) > time.monotonic()

    async def find(self, code: str) -> Destination | None:
        """Look a code up in the database. Raises TooBusy while that is away."""
        key = code_key(code)
        await self._read([key])
        return self._known.get(key)

    async def load(self) -> None:
        """Begin with the newest links."""
        for key, link in reversed((await queries.newest_links(MOST)).items()):
            self._remember(key, link)

    async def listen(self) -> None:
        """Hear of every change, for ever. After a break everything that is known is looked at again."""
        async with database.listen(CHANGED) as payloads:
            async for key in payloads:
                try:
                    await (self.load() if key is None else self._read([key]))
                except TooBusy as error:
                    log.warning("links are not read again yet", error=repr(error))

    async def _read(self, keys: list[str]) -> None:
        found = await queries.links_by_keys(keys)
        for key in keys:
            if key in found:
                self._remember(key, found[key])
            else:
                self._unknown[key] = time.monotonic() + UNKNOWN_SECONDS
                if len(self._unknown) > MOST_UNKNOWN:
                    self._unknown.popitem(last=False)

    def _remember(self, key: str, link: LinkView) -> None:
        self._unknown.pop(key, None)
        self._known[key] = Destination.of(link, self._places)
        self._known.move_to_end(key)
        if len(self._known) > MOST:
            self._known.popitem(last=False)


@asynccontextmanager
async def listening(places: Places) -> AsyncIterator[Directory]:
    """A directory that is kept up to date inside. Inside the database's own lifetime."""
    directory = Directory(places)
    hearing = asyncio.create_task(directory.listen(), name="referrals: hear of links")
    try:
        await directory.load()
        yield directory
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
