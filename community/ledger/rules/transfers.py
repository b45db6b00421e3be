"""What a transfer is: a currency, a cause, and a whole number of units moved from one account to another."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LARGEST = 2**63 - 1
"""Amounts and balances are whole numbers of 63 bits."""

LONGEST_KIND = 40
LONGEST_KEY = 200

SEPARATOR = "\x1f"
"""Between the parts of what is hashed: no part can hold it, because causes are printable."""


class Currency(StrEnum):
    """What is counted."""

    POINTS = "points"
    CREDITS = "credits"


class TransferKind(StrEnum):
    """Why units moved."""

    AWARD = "award"
    ACTIVATION = "activation"
    SPEND = "spend"
    EXPIRY = "expiry"
    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"


REVERSIBLE = frozenset({TransferKind.AWARD, TransferKind.SPEND, TransferKind.ADJUSTMENT})
OWN_KINDS = frozenset({TransferKind.ACTIVATION, TransferKind.EXPIRY, TransferKind.REVERSAL})
"""Kinds of causes that the ledger itself gives to transfers. Nobody else may use these names."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened: `kind` and `key` name it for ever, `rule_version` says which rule priced it.

    One cause moves each currency once. Raises ValueError for what cannot be a name.
    """

    kind: str
    key: str
    rule_version: str | None = None

    def __post_init__(self) -> None:
        for text, longest in ((self.kind, LONGEST_KIND), (self.key, LONGEST_KEY), (self.rule_version, LONGEST_KIND)):
            if text is not None and not (0 < len(text) <= longest and text.isprintable()):
                raise ValueError(f"a cause is named by 1 to {longest} printable characters, not {text!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One movement, as it is kept for ever. `effective_at` is when it counts, `posted_at` when it was written."""

    id: UUID
    currency: Currency
    kind: TransferKind
    member_id: UUID
    source_id: UUID
    target_id: UUID
    amount: int
    cause: Cause
    purpose: str | None = None
    reverses_id: UUID | None = None
    effective_at: datetime
    posted_at: datetime

    def digest(self) -> bytes:
        """SHA-256 over everything a transfer says. `DIGEST` is the same in SQL."""
        cause = self.cause
        parts = (
            str(self.id),
            self.currency,
            self.kind,
            str(self.member_id),
            str(self.source_id),
            str(self.target_id),
            str(self.amount),
            cause.kind,
            cause.key,
            cause.rule_version or "",
            self.purpose or "",
            str(self.reverses_id or ""),
            str(microseconds(self.effective_at)),
            str(microseconds(self.posted_at)),
        )
        return hashlib.sha256(SEPARATOR.join(parts).encode()).digest()


def is_amount(amount: int) -> bool:
    """Whether so much can be moved."""
    return type(amount) is int and 0 < amount <= LARGEST


def microseconds(instant: datetime) -> int:
    """Since the beginning of 1970, exactly: floating point would lose the last digits."""
    days = (instant.date().toordinal() - 719_163) * 86_400
    offset = instant.utcoffset()
    assert offset is not None, "times are aware"
    seconds = days + instant.hour * 3600 + instant.minute * 60 + instant.second
    return (seconds - offset.days * 86_400 - offset.seconds) * 1_000_000 + instant.microsecond
