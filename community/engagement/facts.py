"""What engagement announces. The subject is the member, so that one member's facts keep their order."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRecorded(Fact):
    """A member did something. `refused` are the codes of the reasons for which rules paid nothing."""

    type: ClassVar[str] = "activity.recorded"
    subject: ClassVar[str] = "member_id"
    activity_id: UUID
    member_id: UUID
    kind: str
    about_id: UUID | None
    points: int
    credits: int
    refused: list[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityUndone(Fact):
    """What a member got for something was taken back, as far as it was still there."""

    type: ClassVar[str] = "activity.undone"
    subject: ClassVar[str] = "member_id"
    activity_id: UUID
    member_id: UUID
    kind: str
    taken: int
    short: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardReleased(Fact):
    """Enough members stood behind something: what a rule paid for it waits no more."""

    type: ClassVar[str] = "reward.released"
    subject: ClassVar[str] = "member_id"
    activity_id: UUID
    member_id: UUID
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardLapsed(Fact):
    """Too few members stood behind something in time: what a rule paid for it is gone."""

    type: ClassVar[str] = "reward.lapsed"
    subject: ClassVar[str] = "member_id"
    activity_id: UUID
    member_id: UUID
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectWithdrawn(Fact):
    """Something of a member was taken down, and what others did for it is still to be taken back."""

    type: ClassVar[str] = "subject.withdrawn"
    subject: ClassVar[str] = "subject_id"
    subject_id: UUID
    subject_type: str
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningRulesPublished(Fact):
    """Other rules are in force from then on."""

    type: ClassVar[str] = "earning_rules.published"
    subject: ClassVar[str] = "programme_id"
    programme_id: UUID
    programme_version: str
    starts_at: datetime
