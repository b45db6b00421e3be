"""What tiers announces. The subject is the member, so that one member's facts keep their order."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChanged(Fact):
    """What a change says: from which tier to which, why, by which track if one decided, and by which version."""

    subject: ClassVar[str] = "member_id"
    member_id: UUID
    before: str
    after: str
    reason: str
    track: str | None
    programme_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TierReached(TierChanged):
    """A member went up."""

    type: ClassVar[str] = "tier.reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierLost(TierChanged):
    """A member went down."""

    type: ClassVar[str] = "tier.lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierAtRisk(Fact):
    """A member will lose the tier at `lost_at` unless more comes in; once before the period ends, once after."""

    type: ClassVar[str] = "tier.at_risk"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    tier: str
    lost_at: datetime
    in_grace: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TierLocked(Fact):
    """Staff hold a member's tier where it is, until `ends_at` or until they unlock it."""

    type: ClassVar[str] = "tier.locked"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    tier: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TierUnlocked(Fact):
    """Staff let a member's tier move again."""

    type: ClassVar[str] = "tier.unlocked"
    subject: ClassVar[str] = "member_id"
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersPublished(Fact):
    """There is another version of the rules, which decides from `starts_at` on."""

    type: ClassVar[str] = "tiers.published"
    subject: ClassVar[str] = "programme_id"
    programme_id: UUID
    programme_version: int
    starts_at: datetime
