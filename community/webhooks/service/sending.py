"""Taking deliveries that are due, each by one worker at a time and in order, and writing down what came of them.

A worker that takes a delivery has it on lease. When it dies, the lease runs out and somebody else sends the same event
again, under the same ids. Deliveries of one ordering key go out one after the other; one that fails holds back those
behind it for its first few attempts, and then no more.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import orjson

from community import database
from community.database import transaction
from community.kernel import clock, ids
from community.outbox import service as outbox
from community.settings import settings
from community.webhooks import secrets
from community.webhooks.facts import WebhookEndpointDisabled
from community.webhooks.rules.messages import Message
from community.webhooks.rules.retries import (
    ATTEMPTS,
    HOLDING_ATTEMPTS,
    Answer,
    Disabling,
    Failure,
    Health,
    State,
    Verdict,
    judge,
)
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


@transaction()
async def settle(errand: Errand, answer: Answer) -> Verdict:
    """Write down what came of an errand, and what follows from it for the delivery and the endpoint.

    Whoever has lost the lease meanwhile leaves the delivery to the other one; the log has both attempts.
    """
    now = clock.now()
    health = await _note_health(errand, answer, now)
    verdict = judge(
        answer,
        attempt=errand.attempt,
        attempts=1 if errand.message.type == TEST else ATTEMPTS,
        health=health,
        patience=timedelta(days=settings().webhook_failing_days),
        now=now,
        chance=random.random(),
    )
    await _write(errand, answer, verdict, now)
    if verdict.quiet_until:
        await database.execute(
            "update webhooks_endpoint set quiet_until = greatest(quiet_until, $2) where id = $1",
            errand.endpoint_id,
            verdict.quiet_until,
        )
    if verdict.disabling:
        await _give_up(errand, verdict.disabling)
    return verdict


async def _give_up(errand: Errand, reason: Disabling) -> None:
    """Tell an endpoint nothing any more, and its owner why. One that is switched off already stays as it is."""
    given_up = await database.fetch_value(
        "update webhooks_endpoint set disabled_at = $2, disabled_reason = $3"
        " where id = $1 and disabled_at is null and deleted_at is null returning true",
        errand.endpoint_id,
        clock.now(),
        reason.value,
    )
    if given_up:
        await outbox.record(
            WebhookEndpointDisabled(endpoint_id=errand.endpoint_id, partner_id=errand.partner_id, reason=reason.value)
        )


async def _note_health(errand: Errand, answer: Answer, now: datetime) -> Health:
    """How the endpoint was before this answer, which is added to it. A test says nothing about how events fare."""
    if answer.failure is None:
        await database.execute(
            "update webhooks_endpoint set failing_since = null, failures = 0"
            " where id = $1 and failing_since is not null",
            errand.endpoint_id,
        )
        return Health(None, 0)
    if errand.message.type == TEST or answer.failure is Failure.UNSIGNED:
        return Health(None, 0)
    row = await database.fetch_one(
        "update webhooks_endpoint endpoint"
        " set failing_since = coalesce(endpoint.failing_since, $2), failures = endpoint.failures + 1"
        " from (select id, failing_since, failures from webhooks_endpoint where id = $1 for no key update) before"
        " where endpoint.id = before.id returning before.failing_since, before.failures",
        errand.endpoint_id,
        now,
    )
    return Health(row["failing_since"], row["failures"]) if row else Health(None, 0)


async def _write(errand: Errand, answer: Answer, verdict: Verdict, now: datetime) -> None:
    await database.execute(
        """
        with attempt as (
            insert into webhooks_attempt (id, delivery_id, number, began_at, took_ms, status, failure, answer)
            values ($3, $1, $4, $5, $6, $7, $8, $9)
        )
        update webhooks_delivery
        set state = $10, attempts = $4, due_at = coalesce($11, due_at), lease = null, leased_until = null,
            settled_at = $12
        where id = $1 and lease = $2
        """,
        errand.message.delivery_id,
        errand.lease,
        ids.new_id(),
        errand.attempt,
        errand.taken_at,
        round(answer.took / timedelta(milliseconds=1)),
        answer.status,
        answer.failure.value if answer.failure else None,
        answer.body,
        verdict.state.value,
        verdict.due_at,
        None if verdict.state is State.WAITING else now,
    )


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
