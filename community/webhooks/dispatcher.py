"""What a worker does for webhooks while it works: spreads the feed, takes what is due, sends it, notes the answer.

Any number of workers do this side by side. Sending holds no connection of the database and none of the worker's places
for jobs, so that endpoints that take their time cost nobody else any.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from community import database
from community.kernel import clock
from community.outbox import queries as feed
from community.outbox import service as outbox
from community.webhooks import queries, secrets
from community.webhooks import service as webhooks
from community.webhooks.rules.retries import Answer, Failure
from community.webhooks.sender import Sender
from community.webhooks.service import LANES, Errand, Lane

POLL_SECONDS = 1.0
"""How late, at worst, a retry that is due or a call that was missed is seen."""

NOTING = 5
"""How many answers are written down at once. Each takes a connection of the pool, which serves requests too."""

log = structlog.get_logger(__name__)


class Dispatcher:
    """One worker's errands."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._under_way: dict[Lane, set[asyncio.Task[None]]] = {lane: set() for lane in LANES}
        self._noting = asyncio.Semaphore(NOTING)
        self._bell = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then finish what is under way, which takes as long as an attempt may."""
        async with _ringing(self._bell):
            while not stop.is_set():
                self._bell.clear()
                try:
                    await self.step()
                except Exception as error:
                    log.warning("webhooks are interrupted", error=repr(error))
                await self._until_something_may_be_due(stop)
        await self.finish()

    async def step(self) -> None:
        """Take every endpoint a step further, and set off with what is due."""
        if not await queries.has_work(await feed.head(), clock.now()):
            return
        if await webhooks.spread():
            self._bell.set()
        for lane, under_way in self._under_way.items():
            room = lane.at_once - len(under_way)
            for errand in await webhooks.claim(lane, room) if room else ():
                task = asyncio.create_task(self._run(errand), name=f"webhook {errand.message.delivery_id}")
                under_way.add(task)
                task.add_done_callback(under_way.discard)

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*(task for tasks in self._under_way.values() for task in tasks), return_exceptions=True)

    async def _run(self, errand: Errand) -> None:
        try:
            answer = await send(self._sender, errand)
            async with self._noting:
                await webhooks.settle(errand, answer)
        except Exception as error:
            # The lease runs out, and the event is sent again.
            log.warning("an attempt is not noted", delivery=str(errand.message.delivery_id), error=repr(error))
        finally:
            self._bell.set()

    async def _until_something_may_be_due(self, stop: asyncio.Event) -> None:
        waiting = [asyncio.create_task(event.wait()) for event in (self._bell, stop)]
        await asyncio.wait(waiting, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()


async def send(sender: Sender, errand: Errand) -> Answer:
    """Sign and send. What cannot be signed is not sent."""
    if not errand.secrets:
        return Answer(failure=Failure.UNSIGNED)
    message, sent_at, body = errand.message, clock.now(), errand.message.body()
    headers = {
        **message.headers(attempt=errand.attempt),
        "webhook-id": str(message.event_id),
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": secrets.signatures(errand.secrets, str(message.event_id), sent_at, body),
    }
    return await sender.post(errand.url, body, headers)


@asynccontextmanager
async def _ringing(bell: asyncio.Event) -> AsyncIterator[None]:
    """Ring whenever facts have got their places in the feed."""

    async def hear() -> None:
        async with database.listen(outbox.SEQUENCED) as announcements:
            async for _ in announcements:
                bell.set()

    hearing = asyncio.create_task(hear(), name="webhooks: hear the feed")
    try:
        yield
    finally:
        hearing.cancel()
        with suppress(asyncio.CancelledError):
            await hearing
