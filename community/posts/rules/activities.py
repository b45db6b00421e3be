"""What writing and reacting are to engagement: kinds, subjects, causes."""

from uuid import UUID

from community.engagement.rules.activities import OwnKind, Subject
from community.ledger.rules.transfers import Cause
from community.posts.rules.reactions import Reaction

POST = "post"
COMMENT = "comment"


def subject_of(type_name: str, subject_id: UUID) -> Subject:
    """A post or a comment, by the name of its type."""
    return Subject(type_name, subject_id)


def post_subject(post_id: UUID) -> Subject:
    """A post."""
    return Subject(POST, post_id)


def comment_subject(comment_id: UUID) -> Subject:
    """A comment."""
    return Subject(COMMENT, comment_id)


def post_cause(post_id: UUID) -> Cause:
    """That a post was written."""
    return Cause(OwnKind.POST_WRITTEN, str(post_id))


def comment_cause(comment_id: UUID) -> Cause:
    """That a comment was written."""
    return Cause(OwnKind.COMMENT_WRITTEN, str(comment_id))


def given_cause(subject_id: UUID, member_id: UUID, kind: Reaction) -> Cause:
    """That a member reacted, as what they did."""
    return Cause(OwnKind.REACTION_GIVEN, f"{subject_id}:{member_id}:{kind}")


def received_cause(subject_id: UUID, member_id: UUID, kind: Reaction) -> Cause:
    """That a member reacted, as what the author received."""
    return Cause(OwnKind.REACTION_RECEIVED, f"{subject_id}:{member_id}:{kind}")
