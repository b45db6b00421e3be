"""What tiers does by the clock: warn, end periods and locks, let new rules decide."""

from community.kernel import clock
from community.outbox import service as outbox
from community.tiers import service as tiers


@outbox.every("* * * * *")
async def settle_due() -> None:
    """A few hundred members at a time, until nobody is left who was due when it began."""
    now = clock.now()
    while await tiers.settle_due(now):
        pass
