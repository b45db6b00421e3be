"""What the outbox does by itself: forgetting what is older than the feed's retention."""

from datetime import timedelta

from community.outbox import service as outbox
from community.settings import settings


@outbox.every("23 3 * * *")
async def prune() -> None:
    """Once a day, when most members sleep."""
    await outbox.prune(timedelta(days=settings().feed_retention_days))
