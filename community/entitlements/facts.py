"""What entitlements announces. Of rights the subject is the member, so that one member's facts keep their order."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementMoved(Fact):
    """What all of them say: whose right to what, when it happened, and the source that carries the right furthest."""

    subject: ClassVar[str] = "member_id"
    member_id: UUID
    feature: str
    at: datetime
    source_kind: str
    source_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementGranted(EntitlementMoved):
    """A right began. `until` is None when no end is known."""

    type: ClassVar[str] = "entitlement.granted"
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementProlonged(EntitlementMoved):
    """A right that goes on ends at another time than was announced, mostly later."""

    type: ClassVar[str] = "entitlement.prolonged"
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementEnded(EntitlementMoved):
    """A right is over because its time was."""

    type: ClassVar[str] = "entitlement.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementRevoked(EntitlementMoved):
    """A right is over before its time: it was taken, refunded, or went with the tier."""

    type: ClassVar[str] = "entitlement.revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturePublished(Fact):
    """There is another version of a feature. `tier_before` and `tier` are who had it by tier, and who has it now."""

    type: ClassVar[str] = "feature.published"
    subject: ClassVar[str] = "feature_id"
    feature_id: UUID
    feature: str
    catalogue_version: int
    tier_before: str | None
    tier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftMoved(Fact):
    """What facts about gifts say. Without a sender, staff presented it in the company's name."""

    subject: ClassVar[str] = "recipient_id"
    recipient_id: UUID
    gift_id: UUID
    sender_id: UUID | None
    feature: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftSent(GiftMoved):
    """Somebody gave a member a feature. With `answer_by` the recipient has until then to accept it."""

    type: ClassVar[str] = "gift.sent"
    answer_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftAccepted(GiftMoved):
    """The recipient took it."""

    type: ClassVar[str] = "gift.accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftReturned(GiftMoved):
    """The recipient declined, or did not answer in time; the sender has the points again."""

    type: ClassVar[str] = "gift.returned"
    outcome: str
