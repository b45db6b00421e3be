"""What engagement hears: that something was taken down."""

from community.engagement import jobs
from community.engagement.facts import SubjectWithdrawn
from community.outbox import service as outbox


@outbox.hears(SubjectWithdrawn)
async def take_back_the_rest(fact: SubjectWithdrawn) -> None:
    """What others did for it follows."""
    await jobs.take_back_about.enqueue(
        subject_type=fact.subject_type, subject_id=str(fact.subject_id), member_id=str(fact.member_id)
    )
