"""Reading the outbox: the feed of facts in order, and the deliveries that were given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson

from community import database
from community.access.policy import Actor, Permission, require
from community.kernel import clock
from community.kernel.facts import REGISTRY, Fact
from community.kernel.pages import Page, PageRequest, page_of

EVENT_SHAPE = (int,)
"""What the feed's cursors carry: the sequence, and so a place that lasts for ever."""

DELIVERY_SHAPE = (int,)
"""What the cursors of failed deliveries carry: the delivery's number."""

COLUMNS = (
    "sequence",
    "id",
    "type",
    "version",
    "subject_id",
    "ordering_key",
    "recorded_at",
)


def columns(table: str) -> str:
    """The columns of `outbox_fact` that make an event, for a select list or a returning clause."""
    return ", ".join([*(f"{table}.{name}" for name in COLUMNS), f"{table}.payload::text as payload"])


@dataclass(frozen=True, slots=True)
class EventView:
    """A fact with its place in the feed. `payload` holds JSON scalars."""

    sequence: int
    id: UUID
    type: str
    version: int
    subject_id: UUID
    ordering_key: str
    recorded_at: datetime
    payload: dict[str, Any]

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        """The event in a row of `columns()`."""
        return cls(**{name: row[name] for name in COLUMNS}, payload=orjson.loads(row["payload"]))

    def fact(self) -> Fact:
        """The fact itself. Raises KeyError for a type that no area declares any more."""
        return REGISTRY[self.type].from_payload(self.payload)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery that was tried as often as its hearer's patience allows, and then parked."""

    id: int
    hearer: str
    fact_id: UUID
    fact_type: str
    sequence: int
    attempts: int
    failed_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which facts: of some types, about one subject. None leaves it open."""

    types: tuple[str, ...] | None = None
    subject: UUID | None = None


EVERYTHING = Filter()


async def events(actor: Actor, page: PageRequest, which: Filter = EVERYTHING) -> Page[EventView]:
    """A page of the feed, in order. Raises Unauthenticated or Forbidden without the permission."""
    require(actor, Permission.OUTBOX_READ)
    found = await _window(
        which,
        after=page.after[0] if page.after else None,
        before=page.before[0] if page.before else None,
        limit=page.size + 1,
        backward=page.backward,
    )
    return page_of(found, page, lambda event: (event.sequence,))


async def between(after: int, upto: int, which: Filter, limit: int) -> list[EventView]:
    """Up to `limit` facts with `after < sequence <= upto`, in order."""
    return await _window(which, after=after, before=upto + 1, limit=limit, backward=False)


async def since(after: int, limit: int) -> list[EventView]:
    """Up to `limit` facts that follow `after`, in order."""
    return await _window(EVERYTHING, after=after, before=None, limit=limit, backward=False)


async def in_order(fact_ids: Sequence[UUID]) -> list[EventView]:
    """Those of these facts that are in the feed, in its order."""
    found = filter(None, await _by_ids(fact_ids))
    return sorted(found, key=lambda each: each.sequence)


async def event(fact_id: UUID) -> EventView | None:
    """One fact that is in the feed."""
    return (await _by_ids([fact_id]))[0]


async def events_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[EventView | None]:
    """The facts of the feed among these, in order; None for the others, and for those who may not read it."""
    return await _by_ids(ids) if actor.may(Permission.OUTBOX_READ) else [None] * len(ids)


async def head() -> int:
    """The last sequence given out; 0 before the first."""
    return await database.fetch_value("select sequence from outbox_head where id = 1") or 0


async def position_before(instant: datetime) -> int:
    """A sequence after which everything comes that was recorded since then; 0 when all of the feed does.

    Facts get their places a moment after they are recorded, not strictly in that order, so a minute more is taken.
    It costs as much as there is after that place.
    """
    sequence: int | None = await database.fetch_value(
        "select sequence from outbox_fact where sequence is not null"
        " and recorded_at < $1::timestamptz - interval '1 minute' order by sequence desc limit 1",
        instant,
    )
    return sequence or 0


async def has_unsequenced() -> bool:
    """Whether committed facts wait for their place."""
    waiting: bool = await database.fetch_value("select exists(select from outbox_fact where sequence is null)")
    return waiting


async def sequencing_lag() -> timedelta:
    """How long the oldest committed fact has waited for its place in the feed; zero when none waits."""
    oldest = await database.fetch_value(
        "select recorded_at from outbox_fact where sequence is null order by arrival limit 1"
    )
    return max(clock.now() - oldest, timedelta(0)) if oldest else timedelta(0)


async def delivery_lag() -> timedelta:
    """How long the oldest delivery that is due has waited for its hearer; zero when none waits."""
    waited = await database.fetch_value(
        "select now() - min(execute_after) from pgqueuer"
        " where status = 'queued' and entrypoint like 'hear:%' and execute_after <= now()"
    )
    return waited or timedelta(0)


async def failed_deliveries(actor: Actor, page: PageRequest) -> Page[DeliveryView]:
    """Deliveries that were given up, the latest first."""
    require(actor, Permission.OUTBOX_REPLAY)
    conditions, arguments = ["true"], list[Any]()
    for bound, comparison in ((page.after, "<"), (page.before, ">")):
        if bound:
            arguments.append(bound[0])
            conditions.append(f"delivery.id {comparison} ${len(arguments)}")
    direction = "" if page.backward else "desc"
    rows = await database.fetch(
        f"{_FAILED} and {' and '.join(conditions)} order by delivery.id {direction} limit {page.size + 1}", *arguments
    )
    return page_of([DeliveryView(**row) for row in rows], page, lambda delivery: (delivery.id,))


async def failed_deliveries_by_ids(actor: Actor, ids: Sequence[int]) -> list[DeliveryView | None]:
    """The deliveries that were given up among these, in order; None for the others, and for who may not replay any."""
    if not actor.may(Permission.OUTBOX_REPLAY):
        return [None] * len(ids)
    rows = await database.fetch(f"{_FAILED} and delivery.id = any($1)", ids)
    found = {row["id"]: DeliveryView(**row) for row in rows}
    return [found.get(delivery_id) for delivery_id in ids]


async def _by_ids(ids: Sequence[UUID]) -> list[EventView | None]:
    rows = await database.fetch(
        f"select {columns('fact')} from outbox_fact fact where id = any($1) and sequence is not null", ids
    )
    found = {row["id"]: EventView.of(row) for row in rows}
    return [found.get(fact_id) for fact_id in ids]


_FAILED = """
    select delivery.id, substr(delivery.entrypoint, 6) as hearer, fact.id as fact_id, fact.type as fact_type,
           fact.sequence, delivery.attempts + 1 as attempts, delivery.updated as failed_at,
           coalesce(last.error, '') as error
    from pgqueuer delivery
    join outbox_fact fact on fact.id = convert_from(delivery.payload, 'UTF8')::uuid
    left join lateral (
        select concat_ws(': ', traceback ->> 'exception_type', traceback ->> 'exception_message') as error
        from pgqueuer_log where job_id = delivery.id and status = 'failed' order by created desc limit 1
    ) last on true
    where delivery.status = 'failed' and delivery.entrypoint like 'hear:%'
"""


async def _window(
    which: Filter, *, after: int | None, before: int | None, limit: int, backward: bool
) -> list[EventView]:
    """Facts of the feed in walking order. The conditions are written out, so that each question has its own plan."""
    conditions, arguments = ["sequence is not null"], list[Any]()
    bounds: Sequence[tuple[str, Any]] = (
        ("sequence > {}", after),
        ("sequence < {}", before),
        ("type = any({})", which.types),
        ("subject_id = {}", which.subject),
    )
    for condition, argument in bounds:
        if argument is not None:
            arguments.append(argument)
            conditions.append(condition.format(f"${len(arguments)}"))
    direction = "desc" if backward else "asc"
    rows = await database.fetch(
        f"select {columns('fact')} from outbox_fact fact where {' and '.join(conditions)}"
        f" order by sequence {direction} limit {limit}",
        *arguments,
    )
    return [EventView.of(row) for row in rows]
