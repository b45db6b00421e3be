"""What partners does by the clock: approve commissions whose hold is over."""

from community.outbox import service as outbox
from community.partners import service as partners


@outbox.every("*/5 * * * *")
async def approve_due() -> None:
    """Commissions whose hold is over will be paid."""
    while await partners.approve_due():
        pass
