"""Statements: approved lines that are paid together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, Scope
from community.kernel.pages import Page, PageRequest, page_of
from community.partners import policy
from community.partners.rules.words import StatementStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A statement. A cancelled one has no lines any more."""

    id: UUID
    partner_id: UUID
    number: int
    until: datetime
    total: int
    line_count: int
    status: StatementStatus
    created_at: datetime
    settled_at: datetime | None
    reference: str | None
    reason: str | None


COLUMNS = "id, partner_id, number, until, total, line_count, status, created_at, settled_at, reference, reason"


async def statements_of(actor: Actor, partner_id: UUID, request: PageRequest) -> Page[StatementView]:
    """A partner's statements, the latest first. Raises Forbidden, for a key of the sandbox too."""
    policy.require_read_real(actor, partner_id, Scope.STATEMENTS_READ)
    question = database.Question()
    question.require("partner_id = {}", partner_id)
    direction, limit = question.window("id", request, newest_first=True)
    rows = await database.fetch(
        f"select {COLUMNS} from partners_statement where {question.met} order by id {direction} {limit}",
        *question.arguments,
    )
    return page_of(list(map(statement_of, rows)), request, lambda view: (view.id,))


async def statements_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[StatementView | None]:
    """The statements with these ids, in order; None where the actor may see none."""
    if actor.is_sandbox:
        return [None] * len(ids)
    rows = await database.fetch(f"select {COLUMNS} from partners_statement where id = any($1)", list(ids))
    found = {
        row["id"]: statement_of(row) for row in rows if policy.can_read(actor, row["partner_id"], Scope.STATEMENTS_READ)
    }
    return [found.get(each) for each in ids]


def statement_of(row: Mapping[str, Any]) -> StatementView:
    """The statement in a row of COLUMNS."""
    return StatementView(**{**row, "status": StatementStatus(row["status"])})
