"""What referrals does by the clock: tell of visitors, keep rewards, forget traces."""

from community.outbox import service as outbox
from community.referrals import service as referrals


@outbox.every("* * * * *")
async def announce_visitors() -> None:
    """One fact for each link a minute, however many come."""
    while await referrals.announce_visitors():
        pass


@outbox.every("41 3 * * *")
async def forget_traces() -> None:
    """What is left of visitors goes after a month."""
    await referrals.forget_traces()


@outbox.every("*/5 * * * *")
async def keep_due() -> None:
    """Rewards whose holding period is over stay."""
    while await referrals.keep_due():
        pass
