"""Writing lines of commission. What is owed for a cause is said; the line written is what is missing to it.

So whoever says it twice, late, or after a refund, writes nothing twice. Lines of a partner are written under its row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock, ids
from community.outbox import service as outbox
from community.partners import facts
from community.partners.facts import CommissionFact
from community.partners.rules.lines import NOTHING, Missing, Owed, Written, missing
from community.partners.rules.words import CauseKind, LineKind

APPROVED_AT_ONCE = 200


async def write(partner_id: UUID, owed: Sequence[Owed], actor: Actor | None = None) -> None:
    """Write for each cause what is missing to what is owed. For one who holds the partner."""
    now = clock.now()
    written = await _written([each.cause_id for each in owed])
    number, balance = await _last_of(partner_id)
    rows: list[dict[str, Any]] = []
    announced: list[CommissionFact] = []
    for each in owed:
        line = missing(each, written.get((each.cause, each.cause_id), NOTHING), now=now)
        if line is None:
            continue
        number, balance = number + 1, balance + line.amount
        row = _row(partner_id, each, line, recorded_at=now)
        rows.append({**row, "number": number, "balance": balance})
        announced.append(_fact(row, each))
    if rows:
        await database.execute(_INSERT, *_columns(rows))
        await outbox.record_all(announced, actor=actor)


async def write_payment(partner_id: UUID, statement_id: UUID, total: int) -> None:
    """A statement was paid: so much less is owed. For one who holds the partner."""
    now = clock.now()
    number, balance = await _last_of(partner_id)
    line = {
        "id": ids.new_id(),
        "partner_id": partner_id,
        "kind": LineKind.PAID,
        "cause_kind": CauseKind.PAYOUT,
        "cause_id": statement_id,
        "step": 0,
        "amount": -total,
        "plan_version": None,
        "link_id": None,
        "recorded_at": now,
        "due_at": now,
        "approved_at": now,
        "number": number + 1,
        "balance": balance - total,
    }
    await database.execute(_INSERT, *_columns([line]))


@transaction()
async def approve_due() -> int:
    """The hold of some lines is over: they will be paid. How many."""
    rows = await database.fetch(_APPROVE, clock.now(), APPROVED_AT_ONCE)
    await outbox.record_all(
        [
            facts.CommissionApproved(line_id=row["id"], partner_id=row["partner_id"], amount=row["amount"])
            for row in sorted(rows, key=lambda row: (row["partner_id"], row["number"]))
        ]
    )
    return len(rows)


_APPROVE = """
    with due as (
        select id from partners_line where approved_at is null and due_at <= $1
        order by due_at limit $2 for no key update skip locked
    )
    update partners_line line set approved_at = $1 from due where line.id = due.id
    returning line.id, line.partner_id, line.number, line.amount
"""


async def _written(cause_ids: Sequence[UUID]) -> dict[tuple[CauseKind, UUID], Written]:
    rows = await database.fetch(
        "select cause_kind, cause_id, sum(amount)::bigint as amount, count(*)::int as lines, max(due_at) as due_at,"
        " bool_or(approved_at is not null) as is_approved from partners_line where cause_id = any($1)"
        " group by cause_kind, cause_id",
        list(cause_ids),
    )
    return {
        (CauseKind(row["cause_kind"]), row["cause_id"]): Written(
            amount=row["amount"], lines=row["lines"], due_at=row["due_at"], is_approved=row["is_approved"]
        )
        for row in rows
    }


async def _last_of(partner_id: UUID) -> tuple[int, int]:
    """The number of the last line, and the balance after it."""
    row = await database.fetch_one(
        "select number, balance from partners_line where partner_id = $1 order by number desc limit 1", partner_id
    )
    return (row["number"], row["balance"]) if row else (0, 0)


def _row(partner_id: UUID, owed: Owed, line: Missing, *, recorded_at: datetime) -> dict[str, Any]:
    return {
        "id": ids.new_id(),
        "partner_id": partner_id,
        "kind": line.kind,
        "cause_kind": owed.cause,
        "cause_id": owed.cause_id,
        "step": line.step,
        "amount": line.amount,
        "plan_version": owed.plan_version,
        "link_id": owed.link_id,
        "recorded_at": recorded_at,
        "due_at": line.due_at,
        "approved_at": line.approved_at,
    }


def _fact(row: dict[str, Any], owed: Owed) -> CommissionFact:
    said = {"line_id": row["id"], "partner_id": row["partner_id"], "amount": row["amount"], "cause": owed.cause}
    if row["kind"] is LineKind.EARNED:
        return facts.CommissionEarned(**said, due_at=row["due_at"])
    return facts.CommissionReversed(**said)


_TYPES = {
    "id": "uuid",
    "partner_id": "uuid",
    "number": "int",
    "kind": "text",
    "cause_kind": "text",
    "cause_id": "uuid",
    "step": "int",
    "amount": "bigint",
    "balance": "bigint",
    "plan_version": "int",
    "link_id": "uuid",
    "recorded_at": "timestamptz",
    "due_at": "timestamptz",
    "approved_at": "timestamptz",
}

_INSERT = (
    f"insert into partners_line ({', '.join(_TYPES)}) select * from unnest("
    + ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(_TYPES.values(), start=1))
    + ")"
)


def _columns(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """One list for each column, in the order of _TYPES."""
    return [[row[name] for row in rows] for name in _TYPES]
