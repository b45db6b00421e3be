"""What the ledger announces. The subject is the member, so that one member's facts keep their order."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsMoved(Fact):
    """What all of them say. `currency` is points or credits."""

    subject: ClassVar[str] = "member_id"
    member_id: UUID
    transfer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsAwarded(PointsMoved):
    """A member earned something; while it is pending they cannot use it."""

    type: ClassVar[str] = "points.awarded"
    cause_kind: str
    cause_key: str
    is_pending: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsActivated(PointsMoved):
    """What was pending can be used."""

    type: ClassVar[str] = "points.activated"
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsSpent(PointsMoved):
    """A member paid with points."""

    type: ClassVar[str] = "points.spent"
    cause_kind: str
    cause_key: str
    purpose: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsExpired(PointsMoved):
    """What was left of a lot is gone."""

    type: ClassVar[str] = "points.expired"
    lot_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsAdjusted(PointsMoved):
    """Staff corrected a balance by hand. `amount` is below zero when they took something."""

    type: ClassVar[str] = "points.adjusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsReversed(Fact):
    """A transfer, or a part of it, was undone. `returned` tells whether the member got it back or it was taken."""

    type: ClassVar[str] = "points.reversed"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    transfer_id: UUID
    currency: str
    returned: bool
    taken: int
    expired: int
    short: int
