"""Endpoints, things that happen, and a worker's steps: for tests of webhooks."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from community import database
from community.access.policy import SYSTEM
from community.kernel.pages import PageRequest
from community.outbox import service as outbox
from community.posts.facts import PostRemoved
from community.webhooks import queries
from community.webhooks import service as webhooks
from community.webhooks.dispatcher import Dispatcher
from community.webhooks.queries import DeliveryView, Where
from community.webhooks.rules.owners import HOUSE, Owner
from community.webhooks.rules.retries import Answer, Failure
from community.webhooks.sender import Sender
from community.webhooks.service import HEALTHY, Errand, NewEndpoint
from tests.receiver import Receiver

NOBODY = "https://hooks.example.com/in"
"""A good URL at which nobody is."""

TAKEN = Answer(status=200)
REFUSED = Answer(status=500, failure=Failure.REFUSED, body="not today")


async def an_endpoint(
    *, url: str = NOBODY, types: Sequence[str] = ("*",), owner: Owner = HOUSE, receiver: Receiver | None = None
) -> NewEndpoint:
    """An endpoint that hears everything it may; the receiver learns its secret."""
    made = await webhooks.create(SYSTEM, receiver.url if receiver else url, types, owner=owner)
    if receiver:
        receiver.secret = made.secret
    return made


async def it_happens(*subjects: UUID) -> None:
    """A post is removed, as often as it is named, and all that is so far gets its place in the feed."""
    await _announce(subjects)
    while await outbox.sequence():
        pass


@database.transaction()
async def _announce(posts: Sequence[UUID]) -> None:
    await outbox.record_all(
        [PostRemoved(post_id=post, author_id=uuid4(), removed_by=uuid4(), hashtag_ids=[]) for post in posts]
    )


async def everything_is_spread() -> None:
    """All endpoints have looked at the whole feed, or have enough to do."""
    while await webhooks.spread():
        pass


async def next_errands() -> list[Errand]:
    """What a worker would set off with now, in the order of the feed."""
    await everything_is_spread()
    return sorted(await webhooks.claim(HEALTHY, 100), key=lambda errand: errand.message.sequence or 0)


async def log_of(endpoint_id: UUID, **where: Any) -> list[DeliveryView]:
    """What an endpoint was or will be sent, the oldest first."""
    page = await queries.deliveries(SYSTEM, PageRequest(size=100), Where(endpoint_id=endpoint_id, **where))
    return list(page.items)[::-1]


@asynccontextmanager
async def a_dispatcher(*, timeout_seconds: float = 5) -> AsyncIterator[Dispatcher]:
    """A worker's dispatcher, which takes a step when told."""
    async with Sender(timeout_seconds=timeout_seconds, allows_loopback=True) as sender:
        yield Dispatcher(sender)


async def endpoint_column(endpoint_id: UUID, column: str) -> Any:
    """What stands in a row of an endpoint."""
    return await database.fetch_value(f"select {column} from webhooks_endpoint where id = $1", endpoint_id)
