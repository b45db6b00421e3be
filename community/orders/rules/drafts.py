"""An order as somebody reports it: what it comes to, whether it can be recorded, whether it is the same as another."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson

from community.kernel.errors import Problem
from community.kernel.text import is_name
from community.orders import errors

LARGEST_AMOUNT = 10**12
"""In minor units: what an order, and each line of it, comes to at most."""

LARGEST_QUANTITY = 10**6
MAX_LINES = 100
LONGEST_EXTERNAL_ID = 100
LONGEST_SKU = 64
LONGEST_NAME = 200

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""No shop that reports its orders has older ones; what claims to be older has lost its date."""

SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,23}")
SKU = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_SKU}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So many of one thing, at an amount of minor units each."""

    sku: str
    name: str
    quantity: int
    unit_amount: int

    @property
    def amount(self) -> int:
        """What the line comes to, before the order's discount."""
        return self.quantity * self.unit_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What was bought, whoever bought it. `source` is where ids are given out: there, `external_id` names one order."""

    source: str
    external_id: str
    currency: str
    lines: tuple[Line, ...]
    discount: int = 0
    placed_at: datetime

    @property
    def amount(self) -> int:
        """What was paid, in minor units."""
        return sum(line.amount for line in self.lines) - self.discount


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Purchase):
    """An order of a member, to be recorded."""

    member_id: UUID

    def digest(self) -> bytes:
        """The same for the same order. When it was placed is not compared: the first report says when that was."""
        lines = [(line.sku, line.name, line.quantity, line.unit_amount) for line in self.lines]
        content = (str(self.member_id), self.currency, self.discount, lines)
        return hashlib.sha256(orjson.dumps(content)).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDraft(Purchase):
    """An order of whoever another system calls `customer`: a member, or somebody who becomes one by it."""

    customer: str

    def of_member(self, member_id: UUID) -> Draft:
        """The same, now that they are a member."""
        return Draft(
            member_id=member_id,
            source=self.source,
            external_id=self.external_id,
            currency=self.currency,
            lines=self.lines,
            discount=self.discount,
            placed_at=self.placed_at,
        )


def flaw_in(draft: Purchase, *, currency: str, now: datetime) -> Problem | None:
    """Why this cannot be recorded, apart from what is recorded already."""
    if name := next(_unusable_fields(draft), None):
        return errors.InvalidOrder(name)
    if draft.currency != currency:
        return errors.CurrencyNotAccepted(draft.currency, currency)
    if not 0 <= draft.amount <= LARGEST_AMOUNT:
        return errors.InvalidOrderAmount(LARGEST_AMOUNT)
    if draft.placed_at > now:
        return errors.PlacedInTheFuture(draft.placed_at)
    return None


def whole_units(amount: int, digits: int) -> int:
    """Minor units as whole units of a currency with so many digits after the point, rounded down."""
    return int(amount // 10**digits)


def _unusable_fields(draft: Purchase) -> Iterator[str]:
    checks = {
        "source": SOURCE.fullmatch(draft.source) is not None,
        "externalId": is_name(draft.external_id, LONGEST_EXTERNAL_ID),
        "lines": 0 < len(draft.lines) <= MAX_LINES,
        "sku": all(SKU.fullmatch(line.sku) for line in draft.lines),
        "name": all(is_name(line.name, LONGEST_NAME) for line in draft.lines),
        "quantity": all(0 < line.quantity <= LARGEST_QUANTITY for line in draft.lines),
        "unitAmount": all(line.unit_amount >= 0 and line.amount <= LARGEST_AMOUNT for line in draft.lines),
        "discount": 0 <= draft.discount <= LARGEST_AMOUNT * MAX_LINES,
        "placedAt": draft.placed_at >= EARLIEST,
    }
    return (name for name, is_fine in checks.items() if not is_fine)
