"""What the ledger does by the clock: pending points become active, points expire."""

from community.ledger import service as ledger
from community.outbox import service as outbox


@outbox.every("*/5 * * * *")
async def settle_due() -> None:
    """A few hundred lots at a time. Nobody waits for it: whoever spends settles their own first."""
    while await ledger.settle_due():
        pass
