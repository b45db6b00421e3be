"""What campaigns announces: about campaigns under their id, about entries under their member's."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFact(Fact):
    """What all facts about a campaign say."""

    subject: ClassVar[str] = "campaign_id"
    campaign_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCreated(CampaignFact):
    """Staff drafted a campaign."""

    type: ClassVar[str] = "campaign.created"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEdited(CampaignFact):
    """A campaign says something else; what it said is kept as the version before."""

    type: ClassVar[str] = "campaign.edited"
    edition: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignScheduled(CampaignFact):
    """A campaign is announced, and the seed of its draw committed to."""

    type: ClassVar[str] = "campaign.scheduled"
    opens_at: datetime
    closes_at: datetime
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignOpened(CampaignFact):
    """Posts enter from now on."""

    type: ClassVar[str] = "campaign.opened"
    opens_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignClosed(CampaignFact):
    """What is written from `closes_at` on does not enter."""

    type: ClassVar[str] = "campaign.closed"
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSealed(CampaignFact):
    """The list of entries that a draw is made from is complete, and known by its hash."""

    type: ClassVar[str] = "campaign.sealed"
    list_hash: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrizesDrawn(CampaignFact):
    """The seed was revealed and the winners follow from it."""

    type: ClassVar[str] = "campaign.drawn"
    seed: str
    winning_entry_ids: list[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSettled(CampaignFact):
    """Everything is decided, given and drawn."""

    type: ClassVar[str] = "campaign.settled"
    entries: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCancelled(CampaignFact):
    """The campaign ends without winners. What was given stays given."""

    type: ClassVar[str] = "campaign.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFact(Fact):
    """What all facts about an entry say."""

    subject: ClassVar[str] = "member_id"
    member_id: UUID
    entry_id: UUID
    campaign_id: UUID
    post_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySubmitted(EntryFact):
    """A post fits, and staff will look at it."""

    type: ClassVar[str] = "campaign_entry.submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAccepted(EntryFact):
    """An entry counts. While `is_pending`, its reward waits for others to react."""

    type: ClassVar[str] = "campaign_entry.accepted"
    points: int
    credits: int
    is_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRefused(EntryFact):
    """A post does not count, for this reason."""

    type: ClassVar[str] = "campaign_entry.refused"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWithdrawn(EntryFact):
    """An entry counted or waited, and does not any more."""

    type: ClassVar[str] = "campaign_entry.withdrawn"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRewarded(EntryFact):
    """Enough members reacted: the reward that waited can be used."""

    type: ClassVar[str] = "campaign_entry.rewarded"
    points: int
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRewardLapsed(EntryFact):
    """Not enough members reacted in time: the reward that waited is gone. The entry still counts."""

    type: ClassVar[str] = "campaign_entry.reward_lapsed"
