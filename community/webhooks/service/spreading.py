"""Spreading the feed: what happened becomes deliveries, endpoint by endpoint, in the feed's order, each once.

An endpoint has a place of its own in the feed. What it has not looked at yet waits there and not in rows of ours: an
endpoint that is switched off or has too much to take keeps its place, and nothing piles up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from community import database
from community.database import transaction
from community.kernel.facts import REGISTRY
from community.outbox import queries as feed
from community.outbox.queries import EventView
from community.webhooks.queries import areas_of_types
from community.webhooks.rules.owners import Owner, OwnerKind, is_told
from community.webhooks.rules.subscriptions import wants
from community.webhooks.service.waiting import Parcel, put_all

BATCH = 200
"""How many events of the feed are looked at in one go."""

LISTENERS = 100
"""How many endpoints are taken further in one go."""

BACKLOG = 1_000
"""An endpoint with so many deliveries waiting looks at no further events until some are done."""


@dataclass(frozen=True, slots=True)
class Listener:
    """An endpoint that is behind the feed."""

    endpoint_id: UUID
    owner: Owner
    event_types: frozenset[str]
    position: int

    def hears(self, event: EventView) -> bool:
        """Whether it wants this event, and is to be told it."""
        area = areas_of_types().get(event.type)
        if area is None or not wants(self.event_types, event.type, area):
            return False
        return is_told(self.owner, REGISTRY[event.type], event.payload)


@transaction()
async def spread() -> int:
    """Take endpoints that are behind the feed a step further. Returns how many there were."""
    head = await feed.head()
    behind = await _behind(head)
    for position, listeners in groupby(behind, key=lambda listener: listener.position):
        together = list(listeners)
        events = await feed.since(position, BATCH)
        await put_all(
            [
                Parcel.of(event, listener.endpoint_id, listener.owner)
                for event in events
                for listener in together
                if listener.hears(event)
            ]
        )
        await _move(together, events[-1].sequence if events else head)
    return len(behind)


async def _behind(head: int) -> Sequence[Listener]:
    """Endpoints that are behind and that no other worker takes care of, those at the same place side by side."""
    rows = await database.fetch(_BEHIND, head, BACKLOG, LISTENERS)
    return [
        Listener(
            row["id"],
            Owner(OwnerKind(row["owner_kind"]), row["owner_id"]),
            frozenset(row["event_types"]),
            row["position"],
        )
        for row in sorted(rows, key=lambda row: row["position"])
    ]


_BEHIND = """
    select id, owner_kind, owner_id, event_types, position from webhooks_endpoint endpoint
    where deleted_at is null and disabled_at is null and position < $1
      and $2 > (select count(*) from (
        select from webhooks_delivery where endpoint_id = endpoint.id and state = 'waiting' limit $2
      ) waiting)
    order by position limit $3 for no key update skip locked
"""


async def _move(listeners: Sequence[Listener], position: int) -> None:
    await database.execute(
        "update webhooks_endpoint set position = $2 where id = any($1)",
        [listener.endpoint_id for listener in listeners],
        position,
    )
