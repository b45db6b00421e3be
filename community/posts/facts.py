"""What posts announces. Comments are told under their post, so that a thread has one order; texts stay in the rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class PostWritten(Fact):
    """A member wrote a post."""

    type: ClassVar[str] = "post.written"
    subject: ClassVar[str] = "post_id"
    post_id: UUID
    author_id: UUID
    hashtag_ids: list[UUID]
    mentioned_ids: list[UUID]
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEdited(Fact):
    """An author changed a post, and perhaps its hashtags."""

    type: ClassVar[str] = "post.edited"
    subject: ClassVar[str] = "post_id"
    post_id: UUID
    author_id: UUID
    added_hashtag_ids: list[UUID]
    dropped_hashtag_ids: list[UUID]
    edited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRemoved(Fact):
    """A post was taken down, by its author or by a moderator."""

    type: ClassVar[str] = "post.removed"
    subject: ClassVar[str] = "post_id"
    post_id: UUID
    author_id: UUID
    removed_by: UUID
    hashtag_ids: list[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentWritten(Fact):
    """A member answered a post or, with `parent_id`, a comment on it."""

    type: ClassVar[str] = "comment.written"
    subject: ClassVar[str] = "post_id"
    post_id: UUID
    comment_id: UUID
    parent_id: UUID | None
    author_id: UUID
    mentioned_ids: list[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentEdited(Fact):
    """An author changed a comment."""

    type: ClassVar[str] = "comment.edited"
    subject: ClassVar[str] = "post_id"
    post_id: UUID
    comment_id: UUID
    author_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRemoved(Fact):
    """A comment was taken down, by its author or by a moderator."""

    type: ClassVar[str] = "comment.removed"
    subject: ClassVar[str] = "post_id"
    post_id: UUID
    comment_id: UUID
    author_id: UUID
    removed_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionAdded(Fact):
    """A member reacted to a post or a comment of `author_id`."""

    type: ClassVar[str] = "reaction.added"
    subject: ClassVar[str] = "subject_id"
    subject_id: UUID
    author_id: UUID
    member_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRemoved(Fact):
    """A member took a reaction back."""

    type: ClassVar[str] = "reaction.removed"
    subject: ClassVar[str] = "subject_id"
    subject_id: UUID
    author_id: UUID
    member_id: UUID
    kind: str
