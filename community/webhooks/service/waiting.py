"""Deliveries as they begin: what of an event is for an endpoint, put where it waits to be sent."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import orjson

from community import database
from community.kernel import clock, ids
from community.kernel.facts import REGISTRY
from community.outbox.queries import EventView
from community.webhooks.queries import DeliveryView
from community.webhooks.queries.deliveries import DELIVERY
from community.webhooks.rules.owners import Owner, key_told, told


@dataclass(frozen=True, slots=True)
class Parcel:
    """An event as one endpoint is told it. `data` is JSON."""

    endpoint_id: UUID
    event_id: UUID
    event_type: str
    version: int
    sequence: int | None
    ordering_key: str
    data: str
    occurred_at: datetime

    @classmethod
    def of(cls, event: EventView, endpoint_id: UUID, owner: Owner) -> Self:
        """What of an event leaves the house for this owner."""
        return cls(
            endpoint_id,
            event.id,
            event.type,
            event.version,
            event.sequence,
            key_told(owner, event.ordering_key, event.subject_id),
            orjson.dumps(told(owner, REGISTRY[event.type], event.payload)).decode(),
            event.recorded_at,
        )


async def put_all(parcels: Sequence[Parcel]) -> None:
    """Have them sent in the order of the feed. Where an event waits for the endpoint already, nothing is added."""
    if parcels:
        await database.execute(f"{_PUT} do nothing", *_columns(parcels))


async def put_again(parcel: Parcel) -> DeliveryView:
    """Have it sent now, from its first attempt on. Where the event waits already, that delivery is the one."""
    row = await database.fetch_one(
        f"{_PUT} do update set attempts = 0, due_at = least(webhooks_delivery.due_at, excluded.due_at)"
        f" returning {DELIVERY}",
        *_columns([parcel]),
    )
    assert row is not None
    return DeliveryView.of(row)


_PUT = """
    insert into webhooks_delivery (id, endpoint_id, event_id, event_type, version, sequence, ordering_key, data,
                                   occurred_at, created_at, state, attempts, due_at)
    select id, endpoint_id, event_id, event_type, version, sequence, ordering_key, data::jsonb, occurred_at,
           $10, 'waiting', 0, $10
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::text[],
                $9::timestamptz[])
      as parcel(id, endpoint_id, event_id, event_type, version, sequence, ordering_key, data, occurred_at)
    on conflict (endpoint_id, event_id) where state = 'waiting'
"""


def _columns(parcels: Sequence[Parcel]) -> list[Any]:
    rows = [(ids.new_id(), *astuple(parcel)) for parcel in parcels]
    return [*map(list, zip(*rows, strict=True)), clock.now()]
