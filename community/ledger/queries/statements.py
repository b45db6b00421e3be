"""Statements: every change of what a member has, latest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.kernel.pages import Page, PageRequest, page_of
from community.ledger import policy
from community.ledger.rules.accounts import MEMBERS, AccountName, Holding
from community.ledger.rules.transfers import Currency, TransferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLineView:
    """One entry in one of a member's accounts: what changed, why, and what was there after it."""

    id: UUID
    member_id: UUID
    transfer_id: UUID
    currency: Currency
    kind: TransferKind
    is_pending: bool
    amount: int
    balance: int
    cause_kind: str
    cause_key: str
    purpose: str | None
    reason: str | None
    at: datetime
    posted_at: datetime


async def statements_of(
    actor: Actor, member_ids: Sequence[UUID], request: PageRequest
) -> dict[UUID, Page[StatementLineView]]:
    """A page of each member's statement, latest first. Who the actor may not look at is missing."""
    readable = [member_id for member_id in dict.fromkeys(member_ids) if policy.can_read(actor, member_id)]
    accounts = [(member_id, account) for member_id in readable for account in _accounts_of(member_id)]
    rows = await database.fetch(
        _STATEMENTS.format(direction="asc" if request.backward else "desc"),
        [member_id for member_id, _ in accounts],
        [account for _, account in accounts],
        *(request.after or (None,)),
        *(request.before or (None,)),
        request.size + 1,
    )
    found: dict[UUID, list[StatementLineView]] = {member_id: [] for member_id in readable}
    for row in rows:
        found[row["member_id"]].append(_line_of(row))
    return {member_id: page_of(lines, request, lambda line: (line.id,)) for member_id, lines in found.items()}


async def lines_by_ids(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, StatementLineView]:
    """The lines with these ids that the actor may read."""
    rows = await database.fetch(_LINES.format(entries="select * from ledger_entry where id = any($1)"), list(ids))
    lines = map(_line_of, rows)
    return {line.id: line for line in lines if policy.can_read(actor, line.member_id)}


def _accounts_of(member_id: UUID) -> list[UUID]:
    return [AccountName.of(member_id, currency, holding).id for currency in Currency for holding in MEMBERS]


def _line_of(row: Mapping[str, Any]) -> StatementLineView:
    values = dict(row)
    currency, kind = Currency(values.pop("currency")), TransferKind(values.pop("kind"))
    return StatementLineView(
        currency=currency, kind=kind, is_pending=values.pop("holding") == Holding.PENDING, **values
    )


_LINES = """
    select entry.id, account.member_id, entry.transfer_id, account.currency, account.holding, entry.amount,
        entry.balance, transfer.kind, transfer.cause_kind, transfer.cause_key, transfer.purpose, note.reason,
        transfer.effective_at as at, transfer.posted_at
    from ({entries}) entry
    join ledger_account account on account.id = entry.account_id and account.member_id is not null
    join ledger_transfer transfer on transfer.id = entry.transfer_id
    left join ledger_note note on note.subject_id = transfer.id
"""

_STATEMENTS = (
    _LINES.format(
        entries="""
        with wanted as (select * from unnest($1::uuid[], $2::uuid[]) as account(member_id, account_id))
        select line.* from (select distinct member_id from wanted) owner cross join lateral (
            select line.* from wanted cross join lateral (
                select * from ledger_entry where account_id = wanted.account_id
                and ($3::uuid is null or id < $3) and ($4::uuid is null or id > $4)
                order by id {direction} limit $5
            ) line where wanted.member_id = owner.member_id order by line.id {direction} limit $5
        ) line
        """
    )
    + "order by entry.id {direction}"
)
