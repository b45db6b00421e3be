"""Taking back: exactly what an activity gave, once; and everything about a subject that was taken down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.engagement import facts
from community.engagement.rules.activities import Subject
from community.engagement.service import participants, standing
from community.engagement.service.causes import ledger_cause
from community.engagement.service.scoring import COUNTS, scored
from community.kernel import clock, ids
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.outbox import service as outbox

BATCH = 20
"""So many activities are undone in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was taken back, and what the member no longer had. Nothing for a cause that is unknown or undone already."""

    taken: int = 0
    short: int = 0


NOTHING = Undone()


@transaction()
async def undo(cause: Cause, *, reason: str, actor: Actor | None = None) -> Undone:
    """Take back what this cause gave, in every currency: from pending, then active, never below zero. Once.

    What was taken back still counts towards limits: who removes a post has not got a new one for today.
    """
    member_id = await database.fetch_value(
        "select member_id from engagement_activity where cause_kind = $1 and cause_key = $2 and undone_at is null",
        cause.kind,
        cause.key,
    )
    if member_id is None:
        return NOTHING
    await participants.lock(member_id)
    rows = await database.fetch(_MARK, cause.kind, cause.key, clock.now(), reason)
    return await _take_back(member_id, cause, rows, reason, actor) if rows else NOTHING


@transaction()
async def withdraw(subject: Subject, *, member_id: UUID, reason: str, actor: Actor | None = None) -> Undone:
    """A member's subject was taken down: nothing about it earns any more, and what it gave them is taken back.

    The first activity about it, which made it, is undone here; what others did for it follows in a moment.
    """
    await database.execute(
        "insert into engagement_removal (id, subject_type, subject_id, reason, removed_at)"
        " values ($1, $2, $3, $4, $5) on conflict (subject_id, subject_type) do nothing",
        ids.new_id(),
        subject.type,
        subject.id,
        reason,
        clock.now(),
    )
    causes = await _causes_about(subject, member_id, 2)
    if not causes:
        return NOTHING
    undone = await undo(causes[0], reason=reason, actor=actor)
    if len(causes) > 1:
        announced = facts.SubjectWithdrawn(subject_id=subject.id, subject_type=subject.type, member_id=member_id)
        await outbox.record(announced, actor=actor)
    return undone


@transaction()
async def undo_next_about(subject: Subject, *, member_id: UUID) -> int:
    """Undo up to BATCH of what a member did or got for a withdrawn subject; how many there were."""
    reason: str = await database.fetch_value(
        "select reason from engagement_removal where subject_id = $1 and subject_type = $2", subject.id, subject.type
    )
    causes = await _causes_about(subject, member_id, BATCH)
    for cause in causes:
        await undo(cause, reason=reason)
    return len(causes)


async def _causes_about(subject: Subject, member_id: UUID, limit: int) -> list[Cause]:
    rows = await database.fetch(
        "select cause_kind, cause_key from engagement_activity"
        " where subject_id = $1 and subject_type = $2 and member_id = $3 and undone_at is null order by id limit $4",
        subject.id,
        subject.type,
        member_id,
        limit,
    )
    return [Cause(row["cause_kind"], row["cause_key"]) for row in rows]


async def _take_back(
    member_id: UUID, cause: Cause, rows: Sequence[Mapping[str, Any]], reason: str, actor: Actor | None
) -> Undone:
    granted = {ledger_cause(cause, row["rule"]): Currency(row["currency"]) for row in rows if row["rule"]}
    reversals = [reversal for each in granted for reversal in await ledger.reverse(each, reason=reason, actor=actor)]
    counted = [each for each, currency in granted.items() if currency is Currency.CREDITS]
    await standing.lower(member_id, rows[0]["kind"], counted, clock.now(), actor)
    undone = Undone(
        taken=sum(reversal.taken for reversal in reversals), short=sum(reversal.short for reversal in reversals)
    )
    first = rows[0]
    announced = facts.ActivityUndone(
        activity_id=first["id"], member_id=member_id, kind=first["kind"], taken=undone.taken, short=undone.short
    )
    await outbox.record(announced, actor=actor)
    return undone


_MARK = f"""
    with undone as (
        update engagement_activity set undone_at = $3, undo_reason = $4
        where cause_kind = $1 and cause_key = $2 and undone_at is null returning id, kind
    ), taken as (
        update engagement_grant g set undone_at = $3 from undone where g.activity_id = undone.id
        returning g.*
    ), closed as (
        update engagement_gate g set closed_at = $3 from undone
        where g.activity_id = undone.id and g.opened_at is null and g.closed_at is null
    ), scores as ({scored("g.reversed - g.amount", f"(select * from taken where {COUNTS.format(grant='taken')}) g")})
    select undone.id, undone.kind, taken.rule, taken.currency
    from undone left join taken on taken.activity_id = undone.id
"""
