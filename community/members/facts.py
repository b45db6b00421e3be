"""What members announces. Ids and codes only: names, birthdays and reasons stay in the rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Fact):
    """Somebody became a member, from that source and campaign as far as their app says."""

    type: ClassVar[str] = "member.joined"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    locale: str
    source: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEdited(Fact):
    """A member changed what their profile says; `fields` names what changed."""

    type: ClassVar[str] = "member.profile_edited"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeZoneChanged(Fact):
    """A member's day begins at another hour from now on."""

    type: ClassVar[str] = "member.time_zone_changed"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged(Fact):
    """A member allowed or forbade a purpose on a channel."""

    type: ClassVar[str] = "member.consent_changed"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    purpose: str
    channel: str
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AbilityRestricted(Fact):
    """Staff took an ability from a member, until `ends_at` or for good."""

    type: ClassVar[str] = "member.ability_restricted"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    ability: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbilityRestored(Fact):
    """Staff gave an ability back before its restriction ended."""

    type: ClassVar[str] = "member.ability_restored"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    ability: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFollowed(Fact):
    """One member began to follow another."""

    type: ClassVar[str] = "member.followed"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    follower_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUnfollowed(Fact):
    """One member stopped following another."""

    type: ClassVar[str] = "member.unfollowed"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    follower_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberBlocked(Fact):
    """One member blocked another."""

    type: ClassVar[str] = "member.blocked"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    blocker_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUnblocked(Fact):
    """One member unblocked another."""

    type: ClassVar[str] = "member.unblocked"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    blocker_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLabelled(Fact):
    """Staff marked a member with a word."""

    type: ClassVar[str] = "member.labelled"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUnlabelled(Fact):
    """Staff took such a word from a member."""

    type: ClassVar[str] = "member.unlabelled"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    label: str
