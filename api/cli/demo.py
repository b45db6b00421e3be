"""`hourglass demo`: members, posts and orders to look at."""

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api import demo as data
from api.cli.console import err, note
from api.cli.database import connected, located, require_migrated, run
from community.settings import Settings
from community.settings import settings as read_settings


def demo() -> None:
    """Load sixty members, two thousand posts and seven thousand orders, once. Development only."""
    settings = read_settings()
    if settings.environment == "production":
        raise typer.BadParameter("In production nothing is invented.")
    with located(settings) as settings:
        seeded = run(_demo(settings))
    note("Loaded." if seeded else "The demo is loaded already.")


async def _demo(settings: Settings) -> bool:
    async with connected(settings):
        await require_migrated()
        return await seed_once(settings)


async def seed_once(settings: Settings) -> bool:
    """Load the demo into the connected database with a progress bar. False when it is there already."""
    if await data.is_seeded():
        return False
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("Loading the demo", total=data.steps())
        await data.seed(settings, lambda done: progress.advance(task, done))
    return True
