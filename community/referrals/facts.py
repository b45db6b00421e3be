"""What referrals announce. Whatever moves somebody down the funnel says from which source and campaign."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralLinkCreated(Fact):
    """Somebody has a new link."""

    type: ClassVar[str] = "referral_link.created"
    subject: ClassVar[str] = "link_id"
    link_id: UUID
    owner_kind: str
    owner_id: UUID
    source: str | None
    campaign: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralLinkDisabled(Fact):
    """A link leads nowhere any more."""

    type: ClassVar[str] = "referral_link.disabled"
    subject: ClassVar[str] = "link_id"
    link_id: UUID
    owner_kind: str
    owner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorArrived(Fact):
    """So many visitors came through a link since the last such fact about its day: summed up, at most one a minute."""

    type: ClassVar[str] = "visitor.arrived"
    subject: ClassVar[str] = "link_id"
    link_id: UUID
    owner_kind: str
    owner_id: UUID
    source: str | None
    campaign: str | None
    visitors: int
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralFact(Fact):
    """What all facts about one referral say: who was brought by whom, from which source and campaign."""

    subject: ClassVar[str] = "referral_id"
    referral_id: UUID
    member_id: UUID
    owner_kind: str
    owner_id: UUID
    link_id: UUID | None
    source: str | None
    campaign: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReferred(ReferralFact):
    """A new member was brought by somebody. `review` says whether people have to look at it."""

    type: ClassVar[str] = "member.referred"
    click_id: UUID | None
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralQualified(ReferralFact):
    """The friend qualified, and nothing speaks against it: the reward is held until then."""

    type: ClassVar[str] = "referral.qualified"
    qualified_by: UUID | None
    held_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRewarded(ReferralFact):
    """The holding period is over: the reward stays."""

    type: ClassVar[str] = "referral.rewarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRejected(ReferralFact):
    """It counts for nothing. `reason` is a code; `by_staff` says whether a person decided it."""

    type: ClassVar[str] = "referral.rejected"
    reason: str
    by_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralReversed(ReferralFact):
    """What it was rewarded for was refunded: what was given is taken back."""

    type: ClassVar[str] = "referral.reversed"
    reason: str
