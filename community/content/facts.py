"""What content announces: ids, numbers and codes. Titles and texts stay in the rows, where access decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentCreated(Fact):
    """An editor began an item. Nobody else sees it yet."""

    type: ClassVar[str] = "content.created"
    subject: ClassVar[str] = "content_id"
    content_id: UUID
    kind: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentSaved(Fact):
    """An editor saved another revision."""

    type: ClassVar[str] = "content.saved"
    subject: ClassVar[str] = "content_id"
    content_id: UUID
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentScheduled(Fact):
    """A revision will be published by itself; without a time, it was taken from the schedule."""

    type: ClassVar[str] = "content.scheduled"
    subject: ClassVar[str] = "content_id"
    content_id: UUID
    revision: int
    publish_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentPublished(Fact):
    """Readers see this revision from now on. `is_first`: they saw none before."""

    type: ClassVar[str] = "content.published"
    subject: ClassVar[str] = "content_id"
    content_id: UUID
    revision: int
    kind: str
    topic_ids: list[UUID]
    is_first: bool
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentArchived(Fact):
    """Readers see nothing of it any more."""

    type: ClassVar[str] = "content.archived"
    subject: ClassVar[str] = "content_id"
    content_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentWindowOpened(Fact):
    """An access window began: for members of `tier` and above, or for everybody without one."""

    type: ClassVar[str] = "content.window_opened"
    subject: ClassVar[str] = "content_id"
    content_id: UUID
    tier: str | None
    opens_at: datetime
    closes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentUnlocked(Fact):
    """A member paid points for an item, for good."""

    type: ClassVar[str] = "content.unlocked"
    subject: ClassVar[str] = "content_id"
    content_id: UUID
    member_id: UUID
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentCompleted(Fact):
    """A member came to the end of an item, for the first time."""

    type: ClassVar[str] = "content.completed"
    subject: ClassVar[str] = "content_id"
    content_id: UUID
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentBookmarked(Fact):
    """A member keeps an item for later."""

    type: ClassVar[str] = "content.bookmarked"
    subject: ClassVar[str] = "content_id"
    content_id: UUID
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentUnbookmarked(Fact):
    """A member keeps it no longer."""

    type: ClassVar[str] = "content.unbookmarked"
    subject: ClassVar[str] = "content_id"
    content_id: UUID
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSubscribed(Fact):
    """A member wants to hear of a topic."""

    type: ClassVar[str] = "topic.subscribed"
    subject: ClassVar[str] = "topic_id"
    topic_id: UUID
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicUnsubscribed(Fact):
    """A member does not want to hear of it any more."""

    type: ClassVar[str] = "topic.unsubscribed"
    subject: ClassVar[str] = "topic_id"
    topic_id: UUID
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationsChosen(Fact):
    """A member switched recommendations on or off."""

    type: ClassVar[str] = "member.recommendations_chosen"
    subject: ClassVar[str] = "member_id"
    member_id: UUID
    recommends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaUploaded(Fact):
    """A file arrived and is what it was announced to be."""

    type: ClassVar[str] = "media.uploaded"
    subject: ClassVar[str] = "media_id"
    media_id: UUID
    kind: str
    size: int
