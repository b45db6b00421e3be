"""What posts does by itself: roll up counters all the time, refresh renderings and count hashtags by the clock."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from community.kernel import clock
from community.outbox import service as outbox
from community.posts import service as posts

ROLL_UP_SECONDS = 1.0
"""So old are the oldest changes, as long as a worker keeps up."""


@outbox.while_working()
async def roll_up_tallies(stop: asyncio.Event) -> None:
    """Keep the changes that every reader has to sum up few, even those of a post to which everybody reacts."""
    while not stop.is_set():
        while await posts.roll_up_tallies() == posts.ROLLED_UP_AT_ONCE:
            pass
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), ROLL_UP_SECONDS)


@outbox.every("*/5 * * * *")
async def refresh_renderings() -> None:
    """After the renderer changed, render what is there again, a little at a time."""
    while await posts.refresh_renderings():
        pass


@outbox.every("*/5 * * * *")
async def chart_hashtags() -> None:
    """Count how often hashtags are used. Posts that were removed within a day disappear from it."""
    await posts.chart(clock.now() - timedelta(days=1))
