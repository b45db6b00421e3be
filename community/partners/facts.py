"""What partners announce. Each names its partner, so that its own endpoints hear it; amounts are in minor units."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerCreated(Fact):
    """There is a new partner."""

    type: ClassVar[str] = "partner.created"
    subject: ClassVar[str] = "partner_id"
    partner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerEdited(Fact):
    """A partner has another name, contact or plan."""

    type: ClassVar[str] = "partner.edited"
    subject: ClassVar[str] = "partner_id"
    partner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSuspended(Fact):
    """A partner earns nothing for now."""

    type: ClassVar[str] = "partner.suspended"
    subject: ClassVar[str] = "partner_id"
    partner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerReinstated(Fact):
    """A partner earns again."""

    type: ClassVar[str] = "partner.reinstated"
    subject: ClassVar[str] = "partner_id"
    partner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerClosed(Fact):
    """A partner has left for good."""

    type: ClassVar[str] = "partner.closed"
    subject: ClassVar[str] = "partner_id"
    partner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionReported(Fact):
    """A partner says that a click led to something."""

    type: ClassVar[str] = "conversion.reported"
    subject: ClassVar[str] = "conversion_id"
    conversion_id: UUID
    partner_id: UUID
    link_id: UUID
    amount: int
    currency: str
    source: str | None
    campaign: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionRejected(Fact):
    """Staff do not believe a conversion."""

    type: ClassVar[str] = "conversion.rejected"
    subject: ClassVar[str] = "conversion_id"
    conversion_id: UUID
    partner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionFact(Fact):
    """What all facts about one line of commission say."""

    subject: ClassVar[str] = "line_id"
    line_id: UUID
    partner_id: UUID
    amount: int

    @property
    def ordering_key(self) -> str:
        """A partner's commissions are told in their order."""
        return str(self.partner_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionEarned(CommissionFact):
    """A partner earned a commission, which is held until `due_at`."""

    type: ClassVar[str] = "commission.earned"
    cause: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionApproved(CommissionFact):
    """The hold is over: the commission will be paid."""

    type: ClassVar[str] = "commission.approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionReversed(CommissionFact):
    """A commission is taken back, in whole or part: the amount is below zero."""

    type: ClassVar[str] = "commission.reversed"
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionPaid(Fact):
    """A statement was paid."""

    type: ClassVar[str] = "commission.paid"
    subject: ClassVar[str] = "statement_id"
    statement_id: UUID
    partner_id: UUID
    amount: int

    @property
    def ordering_key(self) -> str:
        """A partner's commissions are told in their order."""
        return str(self.partner_id)
