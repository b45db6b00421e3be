"""What happens by itself, for the outbox and the areas below it: forgetting what nobody needs any more."""

from datetime import timedelta

from community.access import service as access
from community.outbox import service as outbox
from community.settings import settings

LOG_RETENTION = timedelta(days=7)
"""How long the queue remembers what happened to a delivery or a job that is done."""


@outbox.every("23 3 * * *")
async def prune() -> None:
    """Once a day, a little at a time."""
    while await outbox.prune(timedelta(days=settings().feed_retention_days)):
        pass
    while await outbox.prune_log(LOG_RETENTION):
        pass


@outbox.every("41 * * * *", name="access.tidy")
async def tidy_access() -> None:
    """Once an hour."""
    await access.tidy()
