"""Values as rows and rows as values."""

from collections.abc import Mapping
from typing import Any

from community.ledger.rules.expiry import Lifetime
from community.ledger.rules.lots import Lot
from community.ledger.rules.transfers import Currency, Transfer

Row = dict[str, Any]

TRANSFER = (
    "id uuid, currency text, kind text, member_id uuid, source_id uuid, target_id uuid, amount bigint,"
    " cause_kind text, cause_key text, rule_version text, purpose text, reverses_id uuid, effective_at timestamptz,"
    " posted_at timestamptz"
)
"""The columns of `ledger_transfer`."""

LOT = (
    "id uuid, member_id uuid, currency text, transfer_id uuid, amount bigint, remaining bigint, earned_at timestamptz,"
    " pending_for text, pending_until timestamptz, lifetime_months smallint, lifetime_until timestamptz,"
    " activated_at timestamptz, expires_at timestamptz"
)
"""The columns of `ledger_lot`."""


def row_of_transfer(transfer: Transfer) -> Row:
    """A transfer as `ledger_transfer` keeps it."""
    cause = transfer.cause
    return {
        "id": transfer.id,
        "currency": transfer.currency,
        "kind": transfer.kind,
        "member_id": transfer.member_id,
        "source_id": transfer.source_id,
        "target_id": transfer.target_id,
        "amount": transfer.amount,
        "cause_kind": cause.kind,
        "cause_key": cause.key,
        "rule_version": cause.rule_version,
        "purpose": transfer.purpose,
        "reverses_id": transfer.reverses_id,
        "effective_at": transfer.effective_at,
        "posted_at": transfer.posted_at,
    }


def row_of_lot(lot: Lot) -> Row:
    """A lot as `ledger_lot` keeps it."""
    return {
        "id": lot.id,
        "member_id": lot.member_id,
        "currency": lot.currency,
        "transfer_id": lot.transfer_id,
        "amount": lot.amount,
        "remaining": lot.remaining,
        "earned_at": lot.earned_at,
        "pending_for": lot.pending_for,
        "pending_until": lot.pending_until,
        "lifetime_months": lot.lifetime.months,
        "lifetime_until": lot.lifetime.until,
        "activated_at": lot.activated_at,
        "expires_at": lot.expires_at,
    }


def lot_of_row(row: Mapping[str, Any]) -> Lot:
    """A lot from its row."""
    return Lot(
        id=row["id"],
        member_id=row["member_id"],
        currency=Currency(row["currency"]),
        transfer_id=row["transfer_id"],
        amount=row["amount"],
        remaining=row["remaining"],
        earned_at=row["earned_at"],
        pending_for=row["pending_for"],
        pending_until=row["pending_until"],
        lifetime=Lifetime(months=row["lifetime_months"], until=row["lifetime_until"]),
        activated_at=row["activated_at"],
        expires_at=row["expires_at"],
    )
