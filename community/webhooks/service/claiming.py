"""Taking deliveries that are due, each by one worker at a time and in order.

A worker that takes a delivery has it on lease. When it dies, the lease runs out and somebody else sends the same event
again, under the same ids. Deliveries of one ordering key go out one after the other; one that fails holds back those
behind it for its first few attempts, and then no more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import orjson

from community import database
from community.database import transaction
from community.kernel import clock, ids
from community.settings import settings
from community.webhooks import secrets
from community.webhooks.rules.messages import Message
from community.webhooks.rules.retries import HOLDING_ATTEMPTS
from community.webhooks.rules.subscriptions import TEST

LEASE_MARGIN = timedelta(seconds=5)
"""How much longer a lease is than an attempt can take."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A part of a worker's capacity, so that the endpoints that make trouble cannot use up all of it."""

    name: str
    condition: str
    at_once: int
    at_once_each: int
    """How many deliveries one endpoint takes at once, from all workers together."""


HEALTHY = Lane("healthy", "failing_since is null", at_once=100, at_once_each=5)
FAILING = Lane("failing", "failing_since is not null", at_once=25, at_once_each=1)
LANES = (HEALTHY, FAILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A delivery that this worker sends now, in its `attempt`th attempt. `secrets` is empty when they are lost."""

    message: Message
    endpoint_id: UUID
    partner_id: UUID | None
    url: str
    secrets: tuple[str, ...]
    attempt: int
    lease: UUID
    taken_at: datetime


@transaction()
async def claim(lane: Lane, room: int) -> list[Errand]:
    """Take up to `room` deliveries that are due, fairly among the endpoints of the lane.

    The two statements must stay two: only one begun after the endpoints were locked sees all that others took.
    """
    now = clock.now()
    ready = await database.fetch(_READY.format(condition=lane.condition), now, TEST, room)
    if not ready:
        return []
    lease = ids.new_id()
    until = now + timedelta(seconds=settings().webhook_timeout_seconds) + LEASE_MARGIN
    endpoint_ids = [row["id"] for row in ready]
    rows = await database.fetch(_TAKE, now, TEST, room, endpoint_ids, lane.at_once_each, lease, until)
    return [_errand(row, now) for row in rows]


_DUE = """
    delivery.endpoint_id = endpoint.id and delivery.state = 'waiting' and delivery.due_at <= $1
    and (delivery.leased_until is null or delivery.leased_until <= $1)
    and (endpoint.disabled_at is null or delivery.event_type = $2)
"""

_READY = f"""
    select id from webhooks_endpoint endpoint
    where deleted_at is null and {{condition}} and (quiet_until is null or quiet_until <= $1)
      and exists (select from webhooks_delivery delivery where {_DUE})
    order by random() limit $3 for no key update skip locked
"""

_TAKE = f"""
    with taken as (
        select due.id from webhooks_endpoint endpoint
        cross join lateral (
            select delivery.id from webhooks_delivery delivery
            where {_DUE} and not exists (
                select from webhooks_delivery earlier
                where earlier.endpoint_id = delivery.endpoint_id and earlier.ordering_key = delivery.ordering_key
                  and earlier.state = 'waiting' and earlier.attempts < {HOLDING_ATTEMPTS}
                  and earlier.sequence < delivery.sequence
            )
            order by delivery.due_at, delivery.sequence
            limit greatest(0, $5 - (
                select count(*) from webhooks_delivery busy
                where busy.endpoint_id = endpoint.id and busy.state = 'waiting' and busy.leased_until > $1
            ))
            for no key update skip locked
        ) due
        where endpoint.id = any($4) limit $3
    )
    update webhooks_delivery delivery set lease = $6, leased_until = $7
    from taken, webhooks_endpoint endpoint
    where delivery.id = taken.id and endpoint.id = delivery.endpoint_id
    returning delivery.id, delivery.event_id, delivery.event_type, delivery.version, delivery.sequence,
              delivery.ordering_key, delivery.data::text as data, delivery.occurred_at, delivery.attempts,
              delivery.lease,
              endpoint.id as endpoint_id, endpoint.owner_id, endpoint.url, endpoint.api_version, endpoint.generation,
              endpoint.secret_digest, endpoint.previous_until
"""


def _errand(row: asyncpg.Record, now: datetime) -> Errand:
    return Errand(
        message=Message(
            event_id=row["event_id"],
            delivery_id=row["id"],
            type=row["event_type"],
            version=row["version"],
            sequence=row["sequence"],
            ordering_key=row["ordering_key"],
            occurred_at=row["occurred_at"],
            data=orjson.loads(row["data"]),
            api_version=row["api_version"],
        ),
        endpoint_id=row["endpoint_id"],
        partner_id=row["owner_id"],
        url=row["url"],
        secrets=_secrets(row, now),
        attempt=row["attempts"] + 1,
        lease=row["lease"],
        taken_at=now,
    )


def _secrets(row: asyncpg.Record, now: datetime) -> tuple[str, ...]:
    """The secrets that sign now, the newest first; none when the server's key is not the one that made them."""
    newest = secrets.secret_of(row["endpoint_id"], row["generation"])
    if secrets.digest(newest) != row["secret_digest"]:
        return ()
    if row["previous_until"] is None or row["previous_until"] <= now:
        return (newest,)
    return (newest, secrets.secret_of(row["endpoint_id"], row["generation"] - 1))
