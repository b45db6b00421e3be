"""What reading is to engagement: kinds, subjects, causes."""

from uuid import UUID

from community.engagement.rules.activities import OwnKind, Subject
from community.ledger.rules.transfers import Cause

CONTENT = "content"


def content_subject(item_id: UUID) -> Subject:
    """An item."""
    return Subject(CONTENT, item_id)


def completed_cause(item_id: UUID, member_id: UUID) -> Cause:
    """That a member came to the end of an item."""
    return Cause(OwnKind.CONTENT_COMPLETED, f"{item_id}:{member_id}")


def unlock_cause(item_id: UUID, member_id: UUID) -> Cause:
    """That a member paid points for an item."""
    return Cause("content.unlocked", f"{item_id}:{member_id}")
