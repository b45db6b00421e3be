"""Statements: every change of what a member has, latest first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, Permission
from community.kernel.errors import Forbidden
from community.kernel.pages import Page, PageRequest, page_of
from community.ledger import policy
from community.ledger.rules.accounts import AccountName, Holding
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


async def statement_of(actor: Actor, member_id: UUID, request: PageRequest) -> Page[StatementLineView]:
    """A page of a member's statement, latest first. For the member and trusted staff; raises Forbidden."""
    if not policy.can_read(actor, member_id):
        raise Forbidden(Permission.LEDGER_READ_ANY.value)
    accounts = {
        AccountName.of(member_id, currency, holding).id: (currency, holding)
        for currency in Currency
        for holding in (Holding.ACTIVE, Holding.PENDING)
    }
    rows = await database.fetch(
        _LINES.format(direction="asc" if request.backward else "desc"),
        list(accounts),
        *(request.after or (None,)),
        *(request.before or (None,)),
        request.size + 1,
    )
    found = []
    for row in rows:
        values = dict(row)
        currency, holding = accounts[values.pop("account_id")]
        values["kind"] = TransferKind(values["kind"])
        is_pending = holding is Holding.PENDING
        found.append(StatementLineView(**values, member_id=member_id, currency=currency, is_pending=is_pending))
    return page_of(found, request, lambda line: (line.id,))


_LINES = """
    select entry.*, transfer.kind, transfer.cause_kind, transfer.cause_key, transfer.purpose,
        transfer.effective_at as at, transfer.posted_at, note.reason
    from (
        select line.* from unnest($1::uuid[]) as account(id) cross join lateral (
            select id, transfer_id, account_id, amount, balance from ledger_entry
            where account_id = account.id and ($2::uuid is null or id < $2) and ($3::uuid is null or id > $3)
            order by id {direction} limit $4
        ) line order by line.id {direction} limit $4
    ) entry
    join ledger_transfer transfer on transfer.id = entry.transfer_id
    left join ledger_note note on note.subject_id = transfer.id
    order by entry.id {direction}
"""
