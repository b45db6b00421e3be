"""Transfers by their causes, and what was undone of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from community import database
from community.kernel.errors import NotFound
from community.ledger.rules.transfers import Cause, Currency, Transfer, TransferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferView:
    """A transfer as it is kept. `at` is when it counts, `posted_at` when it was written."""

    id: UUID
    currency: Currency
    kind: TransferKind
    member_id: UUID
    source_id: UUID
    target_id: UUID
    amount: int
    cause: Cause
    purpose: str | None
    reverses_id: UUID | None
    at: datetime
    posted_at: datetime
    is_repeat: bool = False
    """Whether a verb found it in the ledger already and moved nothing."""

    @classmethod
    def of(cls, transfer: Transfer) -> Self:
        """A transfer that was just written."""
        return cls(
            id=transfer.id,
            currency=transfer.currency,
            kind=transfer.kind,
            member_id=transfer.member_id,
            source_id=transfer.source_id,
            target_id=transfer.target_id,
            amount=transfer.amount,
            cause=transfer.cause,
            purpose=transfer.purpose,
            reverses_id=transfer.reverses_id,
            at=transfer.effective_at,
            posted_at=transfer.posted_at,
        )

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """A transfer that was there before."""
        return cls(
            id=row["id"],
            currency=Currency(row["currency"]),
            kind=TransferKind(row["kind"]),
            member_id=row["member_id"],
            source_id=row["source_id"],
            target_id=row["target_id"],
            amount=row["amount"],
            cause=Cause(row["cause_kind"], row["cause_key"], row["rule_version"]),
            purpose=row["purpose"],
            reverses_id=row["reverses_id"],
            at=row["effective_at"],
            posted_at=row["posted_at"],
            is_repeat=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalView:
    """What undoing a transfer, or a named part of it, did: `asked` is `taken` + `expired` + `short`.

    `taken` moved back; `expired` had gone by itself, unused; `short` is what the member no longer had.
    """

    id: UUID
    reversed_id: UUID
    part: str
    asked: int
    taken: int
    expired: int
    short: int
    reversed_at: datetime


async def transfer_by_id(transfer_id: UUID) -> TransferView:
    """One transfer. Raises NotFound."""
    row = await database.fetch_one("select * from ledger_transfer where id = $1", transfer_id)
    if row is None:
        raise NotFound("Transfer")
    return TransferView.of_row(row)


async def transfers_of_cause(cause: Cause) -> list[TransferView]:
    """What a cause moved: at most one transfer for each currency. The rule's version plays no part."""
    rows = await database.fetch(
        "select * from ledger_transfer where currency = any($1) and cause_kind = $2 and cause_key = $3 order by id",
        list(Currency),
        cause.kind,
        cause.key,
    )
    return [TransferView.of_row(row) for row in rows]


async def transfers_by_cause(
    causes: Iterable[tuple[Currency, Cause]],
) -> dict[tuple[Currency, str, str], TransferView]:
    """The transfers with these causes that there are, by currency, kind and key."""
    wanted = list(causes)
    rows = await database.fetch(
        "select t.* from unnest($1::text[], $2::text[], $3::text[]) as wanted(currency, kind, key)"
        " join ledger_transfer t"
        " on t.currency = wanted.currency and t.cause_kind = wanted.kind and t.cause_key = wanted.key",
        [currency for currency, _ in wanted],
        [cause.kind for _, cause in wanted],
        [cause.key for _, cause in wanted],
    )
    found = map(TransferView.of_row, rows)
    return {(transfer.currency, transfer.cause.kind, transfer.cause.key): transfer for transfer in found}


async def reversals_of(transfer_id: UUID) -> list[ReversalView]:
    """What was undone of a transfer, in order."""
    rows = await database.fetch("select * from ledger_reversal where reversed_id = $1 order by id", transfer_id)
    return [ReversalView(**row) for row in rows]


async def expired_of(transfer_id: UUID) -> int:
    """How much of what a transfer gave has expired unused."""
    expired: int = await database.fetch_value(
        "select coalesce(sum(draw.amount), 0)::bigint from ledger_lot lot"
        " join ledger_draw draw on draw.lot_id = lot.id"
        " join ledger_transfer expiry on expiry.id = draw.transfer_id and expiry.kind = 'expiry'"
        " where lot.transfer_id = $1",
        transfer_id,
    )
    return expired
