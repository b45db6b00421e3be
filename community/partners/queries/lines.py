"""Lines of commission, what they come to, and a month of them.

In the sandbox the lines are what its conversions would have earned: worked out, kept nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, Scope
from community.kernel import clock
from community.kernel.errors import BadInput
from community.kernel.pages import Page, PageRequest, page_of
from community.partners import policy
from community.partners.queries.statements import StatementView
from community.partners.rules.plans import month_named
from community.partners.rules.words import CauseKind, LineKind, LineStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """What was earned, taken back or paid; the balance after it."""

    id: UUID
    partner_id: UUID
    number: int
    kind: LineKind
    cause: CauseKind
    cause_id: UUID
    amount: int
    balance: int
    plan_version: int | None
    link_id: UUID | None
    recorded_at: datetime
    due_at: datetime
    approved_at: datetime | None
    statement_id: UUID | None
    status: LineStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceView:
    """What a partner is owed: held, approved, in open statements; and what it was paid in all."""

    pending: int = 0
    approved: int = 0
    in_statements: int = 0
    paid: int = 0

    @property
    def owed(self) -> int:
        """All that is not paid. Below zero when what was paid was taken back."""
        return self.pending + self.approved + self.in_statements


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """A month of lines (UTC): what was owed before it, what was added, what is owed after it."""

    partner_id: UUID
    begins: datetime
    ends: datetime
    opening: int
    earned: int
    reversed: int
    paid: int
    closing: int


_REAL = """
    (select l.id, l.partner_id, l.number, l.kind, l.cause_kind, l.cause_id, l.amount, l.balance, l.plan_version,
        l.link_id, l.recorded_at, l.due_at, l.approved_at, l.statement_id,
        case when l.kind = 'paid' or s.status = 'paid' then 'paid' when s.id is not null then 'in_statement'
            when l.approved_at is not null then 'approved' else 'pending' end as status
     from partners_line l left join partners_statement s on s.id = l.statement_id)
"""

_SANDBOX = """
    (select id, partner_id, (row_number() over earlier)::int as number, 'earned' as kind, 'conversion' as cause_kind,
        id as cause_id, commission as amount, (sum(commission) over earlier)::bigint as balance, plan_version, link_id,
        reported_at as recorded_at, due_at, case when due_at <= {now} then due_at end as approved_at,
        null::uuid as statement_id, case when due_at <= {now} then 'approved' else 'pending' end as status
     from partners_conversion where is_sandbox and commission > 0
     window earlier as (partition by partner_id order by id))
"""


async def lines_of(actor: Actor, partner_id: UUID, request: PageRequest) -> Page[LineView]:
    """A partner's lines, the latest first. Raises Forbidden."""
    policy.require_read(actor, partner_id, Scope.STATEMENTS_READ)
    question = database.Question()
    question.require("l.partner_id = {}", partner_id)
    direction, limit = question.window("l.number", request, newest_first=True)
    rows = await database.fetch(
        f"select l.* from {_seen_by(actor, question)} l where {question.met} order by l.number {direction} {limit}",
        *question.arguments,
    )
    return page_of(list(map(line_of, rows)), request, lambda line: (line.number,))


async def lines_in(actor: Actor, statement: StatementView, limit: int) -> list[LineView]:
    """The lines of a statement, in their order. Raises Forbidden, for a key of the sandbox too."""
    policy.require_read_real(actor, statement.partner_id, Scope.STATEMENTS_READ)
    rows = await database.fetch(
        f"select l.* from {_REAL} l where l.statement_id = $1 order by l.number limit {limit}", statement.id
    )
    return list(map(line_of, rows))


async def lines_in_month(actor: Actor, month: MonthView, limit: int) -> list[LineView]:
    """The lines of a month, in their order. Raises Forbidden, for a key of the sandbox too."""
    policy.require_read_real(actor, month.partner_id, Scope.STATEMENTS_READ)
    rows = await database.fetch(
        f"select l.* from {_REAL} l where l.partner_id = $1 and l.recorded_at >= $2 and l.recorded_at < $3"
        f" order by l.number limit {limit}",
        month.partner_id,
        month.begins,
        month.ends,
    )
    return list(map(line_of, rows))


async def lines_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[LineView | None]:
    """The lines with these ids, in order; None where the actor may see none."""
    question = database.Question()
    question.require("l.id = any({})", list(ids))
    rows = await database.fetch(
        f"select l.* from {_seen_by(actor, question)} l where {question.met}", *question.arguments
    )
    found = {
        row["id"]: line_of(row) for row in rows if policy.can_read(actor, row["partner_id"], Scope.STATEMENTS_READ)
    }
    return [found.get(each) for each in ids]


async def balances_of(actor: Actor, partner_ids: Sequence[UUID]) -> list[BalanceView]:
    """What each of these partners is owed, in their order. One statement. Raises Forbidden."""
    for each in partner_ids:
        policy.require_read(actor, each, Scope.STATEMENTS_READ)
    question = database.Question()
    question.require("l.partner_id = any({})", list(set(partner_ids)))
    rows = await database.fetch(
        f"select l.partner_id, {_SUMS} from {_seen_by(actor, question)} l where {question.met} group by l.partner_id",
        *question.arguments,
    )
    found = {row["partner_id"]: BalanceView(**{name: row[name] for name in _BALANCE}) for row in rows}
    return [found.get(each, BalanceView()) for each in partner_ids]


_BALANCE = ("pending", "approved", "in_statements", "paid")

_SUMS = """
    coalesce(sum(l.amount) filter (where l.status = 'pending'), 0)::bigint as pending,
    coalesce(sum(l.amount) filter (where l.status = 'approved'), 0)::bigint as approved,
    coalesce(sum(l.amount) filter (where l.status = 'in_statement'), 0)::bigint as in_statements,
    coalesce(-sum(l.amount) filter (where l.kind = 'paid'), 0)::bigint as paid
"""


async def month_of(actor: Actor, partner_id: UUID, name: str) -> MonthView:
    """What happened to a partner's balance in a month such as 2026-11. One statement.

    Raises Forbidden, for a key of the sandbox too, and BadInput for what names no month.
    """
    policy.require_read_real(actor, partner_id, Scope.STATEMENTS_READ)
    bounds = month_named(name)
    if bounds is None:
        raise BadInput("of", "Name a month such as 2026-11.")
    begins, ends = bounds
    row = await database.fetch_one(
        "select coalesce(sum(amount) filter (where recorded_at < $2), 0)::bigint as opening,"
        " coalesce(sum(amount) filter (where recorded_at >= $2 and kind = 'earned'), 0)::bigint as earned,"
        " coalesce(sum(amount) filter (where recorded_at >= $2 and kind = 'reversed'), 0)::bigint as reversed,"
        " coalesce(sum(amount) filter (where recorded_at >= $2 and kind = 'paid'), 0)::bigint as paid,"
        " coalesce(sum(amount), 0)::bigint as closing"
        " from partners_line where partner_id = $1 and recorded_at < $3",
        partner_id,
        begins,
        min(ends, clock.now()),
    )
    assert row is not None, "sums are always one row"
    return MonthView(partner_id=partner_id, begins=begins, ends=ends, **row)


def _seen_by(actor: Actor, question: database.Question) -> str:
    """Where lines are read from: what is real, or what was tried."""
    return _SANDBOX.format(now=question.argument(clock.now())) if actor.is_sandbox else _REAL


def line_of(row: Mapping[str, Any]) -> LineView:
    """The line in a row of either source."""
    values = dict(row)
    typed = {
        "kind": LineKind(row["kind"]),
        "cause": CauseKind(values.pop("cause_kind")),
        "status": LineStatus(row["status"]),
    }
    return LineView(**{**values, **typed})
