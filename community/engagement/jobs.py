"""What engagement does later: take back what others did for something taken down, and what waited too long."""

from uuid import UUID

from community.engagement import service as engagement
from community.engagement.rules.activities import Subject
from community.outbox import service as outbox


@outbox.job()
async def take_back_about(subject_type: str, subject_id: str, member_id: str) -> None:
    """A popular post has had many reactions. Each run goes on where the last one stopped."""
    subject = Subject(subject_type, UUID(subject_id))
    while await engagement.undo_next_about(subject, member_id=UUID(member_id)):
        pass


@outbox.every("*/5 * * * *")
async def lapse_due() -> None:
    """What waits for enough members does not wait for ever."""
    while await engagement.lapse_due():
        pass
