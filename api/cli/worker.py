"""`hourglass worker`: deliveries, jobs and schedules in a process of their own."""

from api import logs
from api import worker as work
from api.cli.console import note
from api.cli.database import connected, located, require_migrated, run
from community.settings import Settings
from community.settings import settings as read_settings


def worker() -> None:
    """Deliver facts and do jobs until Ctrl-C. Any number of workers share the work."""
    settings = read_settings()
    logs.configure(settings)
    with located(settings) as settings:
        run(_work(settings))


async def _work(settings: Settings) -> None:
    async with connected(settings):
        await require_migrated()
        note("Working")
        await work.run(settings)
