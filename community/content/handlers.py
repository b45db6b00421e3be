"""What content hears: its own schedule, so that publishing happens to the second and not to the minute."""

from datetime import timedelta

from community.content import jobs
from community.content.facts import ContentScheduled
from community.kernel import clock
from community.outbox import service as outbox


@outbox.hears(ContentScheduled)
async def be_there_in_time(fact: ContentScheduled) -> None:
    """Come back at that instant. Whether something is to be published then, the rows say."""
    if fact.publish_at is not None:
        await jobs.publish_at_its_time.enqueue_in(max(fact.publish_at - clock.now(), timedelta(0)))
