"""What entitlements does by the clock, and a little at a time."""

from uuid import UUID

from community.entitlements import service as entitlements
from community.kernel import clock
from community.outbox import service as outbox


@outbox.every("* * * * *")
async def settle_due() -> None:
    """Rights that began or ended, a few hundred at a time, and gifts that nobody answered."""
    now = clock.now()
    while await entitlements.settle_due(now):
        pass
    while await entitlements.return_unanswered(now):
        pass


@outbox.job()
async def announce_feature(feature: str) -> None:
    """Whose right to a feature began or ended with another version of it."""
    after: UUID | None = None
    while after := await entitlements.settle_feature(feature, after=after):
        pass
