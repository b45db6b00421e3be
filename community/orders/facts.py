"""What orders announces. The subject is the order; amounts are in minor units of money."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecorded(Fact):
    """A member bought something. `is_first` is true once in a member's life: for the first that cost something."""

    type: ClassVar[str] = "order.recorded"
    subject: ClassVar[str] = "order_id"
    order_id: UUID
    member_id: UUID
    source: str
    amount: int
    currency: str
    is_first: bool
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(Fact):
    """Money of an order went back; `left` of it is still paid."""

    type: ClassVar[str] = "order.refunded"
    subject: ClassVar[str] = "order_id"
    order_id: UUID
    refund_id: UUID
    member_id: UUID
    amount: int
    left: int
    currency: str
    refunded_at: datetime
