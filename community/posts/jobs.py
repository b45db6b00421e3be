"""What posts does by the clock: roll up counters, refresh renderings."""

from datetime import timedelta

from community.kernel import clock
from community.outbox import service as outbox
from community.posts import service as posts


@outbox.every("* * * * *")
async def roll_up_tallies() -> None:
    """Keep the changes that every reader has to sum up few."""
    while await posts.roll_up_tallies():
        pass


@outbox.every("*/5 * * * *")
async def refresh_renderings() -> None:
    """After the renderer changed, render what is there again, a little at a time."""
    while await posts.refresh_renderings():
        pass


@outbox.every("*/5 * * * *")
async def chart_hashtags() -> None:
    """Count how often hashtags are used. Posts that were removed within a day disappear from it."""
    await posts.chart(clock.now() - timedelta(days=1))
