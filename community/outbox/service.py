"""The verbs of the outbox: record a fact, put facts in order, let a hearer hear one, replay, prune."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Acting, Actor, Behalf, Permission, behalf_of, require
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.facts import Fact
from community.outbox import queries, queue, wake
from community.outbox.errors import DeliveryNotParked
from community.outbox.hearing import Hearer, hearers_of, hears, hears_together
from community.outbox.live import Live, follow, however_busy, live
from community.outbox.queries import EventView
from community.outbox.scheduling import every, job, while_working

__all__ = [
    "Live",
    "every",
    "follow",
    "hear",
    "hear_with_others",
    "hears",
    "hears_together",
    "however_busy",
    "job",
    "live",
    "prune",
    "prune_log",
    "record",
    "record_all",
    "replay",
    "sequence",
    "while_working",
]

SEQUENCED = "outbox_sequenced"
"""The channel on which the last sequence is announced, and whose voice it is."""

BATCH = 200
"""So many facts get their places at a time."""


async def record(fact: Fact, *, actor: Acting = None) -> None:
    """Announce a fact. It is kept exactly when the caller's transaction commits, and heard after that.

    Raises TransactionMisused outside a transaction.
    """
    await record_all([fact], actor=actor)


async def record_all(facts: Sequence[Fact], *, actor: Acting = None) -> None:
    """Announce facts in their order. All that a transaction announces is written in one statement, at its end.

    Where each acts for themselves, facts are about one of them.
    """
    if not facts:
        return
    database.after_commit(wake.sequencer)
    now = clock.now()
    database.write_last(_RECORD, [_row(fact, now, behalf_of(actor, fact.subject_id)) for fact in facts])


def _row(fact: Fact, now: datetime, behalf: Behalf) -> dict[str, Any]:
    actor = behalf.actor
    return {
        "id": ids.new_text(),
        "type": fact.type,
        "version": fact.version,
        "subject_id": fact.subject_id,
        "ordering_key": fact.ordering_key,
        "payload": fact,
        "recorded_at": now,
        "actor_id": (actor.member_id or actor.key_id) if actor else None,
        "request_id": behalf.request_id,
    }


_RECORD = database.Writing(
    """
    insert into outbox_fact
        (id, arrival, type, version, subject_id, ordering_key, payload, recorded_at, actor_id, request_id)
    select id, nextval('outbox_arrival'), type, version, subject_id, ordering_key, payload, recorded_at, actor_id,
        request_id
    from {rows}
    """,
    "id uuid, type text, version smallint, subject_id uuid, ordering_key text, payload jsonb, recorded_at timestamptz,"
    " actor_id uuid, request_id text",
)


@transaction()
async def sequence(limit: int = BATCH, *, origin: str = "") -> list[EventView]:
    """Give up to `limit` committed facts their places in the feed, and each of their hearers a delivery.

    Whoever holds the head row numbers; the others wait for their turn, so numbers have no gap and are visible in order.
    The two statements must stay two: only a statement begun after the lock was won sees what the last holder numbered.
    All processes are told the last sequence, and the `origin`, by which whoever numbers knows their own voice.
    """
    await database.send(_HOLD_HEAD)
    numbered = await database.fetch(_NUMBER, limit, SEQUENCED, origin)
    facts = sorted(map(EventView.of, numbered), key=lambda fact: fact.sequence)
    await queue.enqueue_deliveries([(hearer.name, fact.id) for fact in facts for hearer in hearers_of(fact.type)])
    return facts


_HOLD_HEAD = (
    "insert into outbox_head (id, sequence) values (1, 0)"
    " on conflict (id) do update set sequence = outbox_head.sequence"
)

# PostgreSQL tells what is told several times in a transaction once.
_NUMBER = f"""
    with pending as (
        select id, arrival from outbox_fact where sequence is null order by arrival limit $1
    ), placed as (
        select pending.id, head.sequence + row_number() over (order by arrival) as sequence
        from pending cross join outbox_head head where head.id = 1
    ), last as (
        select max(sequence) as sequence from placed
    ), moved as (
        update outbox_head head set sequence = last.sequence from last where head.id = 1 and last.sequence is not null
    )
    update outbox_fact fact set sequence = placed.sequence from placed, last where fact.id = placed.id
    returning {queries.columns("fact")}, pg_notify($2, concat_ws(' ', last.sequence, $3::text))
"""


@transaction()
async def hear(hearer: Hearer, fact_id: UUID) -> None:
    """Let one hearer hear one fact, once: the receipt is written with the effect, and a second delivery finds it."""
    await _hear(hearer, [fact_id])


@transaction()
async def hear_with_others(hearer: Hearer, fact_id: UUID) -> None:
    """The same, and with it others that wait for this hearer and were not tried yet: their deliveries are done, too."""
    await _hear(hearer, [fact_id, *await queue.take_along(hearer.name, hearer.most - 1)])


async def _hear(hearer: Hearer, fact_ids: Sequence[UUID]) -> None:
    signed = await database.fetch(
        "insert into outbox_receipt (id, hearer, fact_id, heard_at)"
        " select id, $2, fact_id, $4 from unnest($1::uuid[], $3::uuid[]) as receipt(id, fact_id) order by fact_id"
        " on conflict (fact_id, hearer) do nothing returning fact_id",
        [ids.new_id() for _ in fact_ids],
        hearer.name,
        fact_ids,
        clock.now(),
    )
    if events := await queries.in_order([row["fact_id"] for row in signed]):
        await hearer.handle([event.fact() for event in events])


@transaction()
async def replay(actor: Actor, delivery_id: int) -> queries.DeliveryView:
    """Try a parked delivery again, as if for the first time. Raises DeliveryNotParked."""
    require(actor, Permission.OUTBOX_REPLAY)
    (delivery,) = await queries.failed_deliveries_by_ids(actor, [delivery_id])
    if delivery is None:
        raise DeliveryNotParked
    await queue.requeue(delivery_id)
    return delivery


@transaction()
async def prune(retention: timedelta, limit: int = 1_000) -> int:
    """Forget up to `limit` facts recorded longer ago than `retention`, with their receipts; how many went.

    A fact that is not in the feed yet, or that a hearer still waits for, is kept.
    """
    forgotten = await database.fetch(_FORGET, clock.now() - retention, limit)
    await database.execute("delete from outbox_receipt where fact_id = any($1)", [row["id"] for row in forgotten])
    return len(forgotten)


# Oldest first, and as far as the first young one: no index on the time is needed.
_FORGET = f"""
    delete from outbox_fact where recorded_at < $1 and id in (
        select id from outbox_fact where sequence is not null and id <> all(array({queue.AWAITED_FACTS}))
        order by sequence limit $2
    ) returning id
"""


@transaction()
async def prune_log(retention: timedelta, limit: int = 1_000) -> int:
    """Forget up to `limit` notes on what happened in the queue longer ago than `retention`; how many went."""
    return await queue.prune_log(clock.now() - retention, limit)
