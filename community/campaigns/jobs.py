"""What campaigns do by the clock: open, close, seal, settle, and end the waiting of rewards."""

from community.campaigns import service as campaigns
from community.outbox import service as outbox


@outbox.every("* * * * *")
async def move_on() -> None:
    """Each step is nothing when nothing is due. Posts are judged by when they were written, however late this runs."""
    await campaigns.open_due()
    await campaigns.close_due()
    await campaigns.seal_due()
    while await campaigns.lapse_due():
        pass
    await campaigns.settle_due()
