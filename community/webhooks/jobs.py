"""What webhooks does by itself: send, for as long as a worker works, and forget by the clock."""

import asyncio
from datetime import timedelta

from community.outbox import service as outbox
from community.settings import settings
from community.webhooks import service as webhooks
from community.webhooks.dispatcher import Dispatcher
from community.webhooks.sender import Sender


@outbox.while_working()
async def dispatch(stop: asyncio.Event) -> None:
    """Tell endpoints what happens."""
    sender = Sender(timeout_seconds=settings().webhook_timeout_seconds, allows_loopback=settings().webhook_loopback)
    async with sender:
        await Dispatcher(sender).run(stop)


@outbox.every("37 3 * * *")
async def tidy() -> None:
    """Once a day, a little at a time."""
    while await webhooks.forget_deliveries(timedelta(days=settings().webhook_log_days)):
        pass
    while await webhooks.forget_endpoints():
        pass
