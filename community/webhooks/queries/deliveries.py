"""What endpoints were sent or will be, and every attempt at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

import asyncpg

from community import database
from community.access.policy import Actor
from community.kernel.pages import Page, PageRequest, page_of
from community.webhooks import policy
from community.webhooks.rules.retries import Failure, State


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """One event for one endpoint. `next_attempt_at` is None when there is none to come."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event_type: str
    sequence: int | None
    ordering_key: str
    occurred_at: datetime
    created_at: datetime
    state: State
    attempts: int
    next_attempt_at: datetime | None
    settled_at: datetime | None

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        """The delivery in a row of `DELIVERY`."""
        return cls(**{**row, "state": State(row["state"])})


DELIVERY = (
    "id, endpoint_id, event_id, event_type, sequence, ordering_key, occurred_at, created_at, state, attempts,"
    " case when state = 'waiting' then due_at end as next_attempt_at, settled_at"
)
"""What of `webhooks_delivery` makes a view."""

_OWN = "endpoint_id in (select id from webhooks_endpoint where owner_id = {})"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """What came of one attempt. `answer` is the beginning of what the endpoint said."""

    delivery_id: UUID
    number: int
    began_at: datetime
    took_ms: int
    status: int | None
    failure: Failure | None
    answer: str


@dataclass(frozen=True, slots=True)
class Where:
    """Which deliveries. None leaves it open."""

    endpoint_id: UUID | None = None
    event_id: UUID | None = None
    event_type: str | None = None
    state: State | None = None


EVERY_DELIVERY = Where()


async def deliveries(actor: Actor, page: PageRequest, where: Where = EVERY_DELIVERY) -> Page[DeliveryView]:
    """What endpoints were sent or will be, the newest first."""
    policy.require_read(actor)
    question = database.Question()
    if actor.partner_id is not None:
        question.require(_OWN, actor.partner_id)
    conditions = (
        ("endpoint_id = {}", where.endpoint_id),
        ("event_id = {}", where.event_id),
        ("event_type = {}", where.event_type),
    )
    for condition, value in conditions:
        if value is not None:
            question.require(condition, value)
    if where.state is not None:
        question.require(f"state = '{where.state}'")  # written out, so that it finds the index of that state
    direction, limit = question.window("id", page, newest_first=True)
    rows = await database.fetch(
        f"select {DELIVERY} from webhooks_delivery where {question.met} order by id {direction} {limit}",
        *question.arguments,
    )
    return page_of([DeliveryView.of(row) for row in rows], page, lambda delivery: (delivery.id,))


async def deliveries_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[DeliveryView | None]:
    """One delivery per id, in order; None for those that are no more, and for those who may not read any."""
    if not policy.may_read(actor):
        return [None] * len(ids)
    question = database.Question()
    question.require("id = any({})", ids)
    if actor.partner_id is not None:
        question.require(_OWN, actor.partner_id)
    rows = await database.fetch(f"select {DELIVERY} from webhooks_delivery where {question.met}", *question.arguments)
    found = {row["id"]: DeliveryView.of(row) for row in rows}
    return [found.get(delivery_id) for delivery_id in ids]


async def attempts_at(delivery_ids: Sequence[UUID]) -> list[list[AttemptView]]:
    """All attempts at each of these deliveries, the first one first. Ask for what the actor was shown."""
    rows = await database.fetch(
        "select delivery_id, number, began_at, took_ms, status, failure, answer from webhooks_attempt"
        " where delivery_id = any($1) order by delivery_id, id",
        delivery_ids,
    )
    found: dict[UUID, list[AttemptView]] = {}
    for row in rows:
        failure = Failure(row["failure"]) if row["failure"] else None
        found.setdefault(row["delivery_id"], []).append(AttemptView(**{**row, "failure": failure}))
    return [found.get(delivery_id, []) for delivery_id in delivery_ids]


async def has_work(head: int, now: datetime) -> bool:
    """Whether an endpoint is behind the feed, or a delivery due that may be sent."""
    found: bool = await database.fetch_value(
        "select exists(select from webhooks_endpoint"
        "   where deleted_at is null and disabled_at is null and position < $1)"
        " or exists(select from webhooks_delivery where state = 'waiting' and due_at <= $2)",
        head,
        now,
    )
    return found
