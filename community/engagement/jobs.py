"""What engagement does later: take back what was taken down or waited too long, and move to another time zone."""

from uuid import UUID

from community.engagement import service as engagement
from community.engagement.rules.activities import Subject
from community.outbox import service as outbox
from community.settings import settings


@outbox.job()
async def take_back_about(subject_type: str, subject_id: str, member_id: str) -> None:
    """A popular post has had many reactions. Each run goes on where the last one stopped."""
    subject = Subject(subject_type, UUID(subject_id))
    while await engagement.undo_next_about(subject, member_id=UUID(member_id)):
        pass


@outbox.every("*/5 * * * *")
async def follow_time_zone() -> None:
    """Leaderboards begin with the weeks and months of the programme's zone, which can be set to another one."""
    await engagement.follow_time_zone(settings().time_zone)


@outbox.every("*/5 * * * *")
async def lapse_due() -> None:
    """What waits for enough members does not wait for ever."""
    while await engagement.lapse_due():
        pass
