"""What the ledger tells: balances, statements, transfers and their reversals, credits earned in a period."""

from community.ledger.queries.balances import BESIDE, BalanceView, balances_of, balances_seen_by
from community.ledger.queries.credits import CREDITS_IN_SPAN, CreditView, earnings_in
from community.ledger.queries.statements import StatementLineView, lines_by_ids, statements_of
from community.ledger.queries.transfers import (
    ReversalView,
    TransferView,
    expired_of,
    reversals_of,
    transfer_by_id,
    transfers_by_cause,
    transfers_of_cause,
)

__all__ = [
    "BESIDE",
    "CREDITS_IN_SPAN",
    "BalanceView",
    "CreditView",
    "ReversalView",
    "StatementLineView",
    "TransferView",
    "balances_of",
    "balances_seen_by",
    "earnings_in",
    "expired_of",
    "lines_by_ids",
    "reversals_of",
    "statements_of",
    "transfer_by_id",
    "transfers_by_cause",
    "transfers_of_cause",
]
