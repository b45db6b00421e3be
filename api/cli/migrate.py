"""`hourglass migrate`: bring the database to the shape that this code needs."""

from typing import Annotated

import typer

from api.cli.console import complain, err, note
from api.cli.database import connected, located, run
from community import database
from community.settings import Settings
from community.settings import settings as read_settings


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Only compare the models with the migrations; needs no database.")
    ] = False,
) -> None:
    """Apply the migrations that are missing, all or none. Safe to repeat, and to run from several hosts at once."""
    if check:
        _compare()
        return
    with located(read_settings()) as settings:
        applied = run(bring_up_to_date(settings))
    note(f"Applied {', '.join(applied)}." if applied else "Nothing to apply.")


async def bring_up_to_date(settings: Settings) -> list[str]:
    """Apply what is missing and return its names."""
    async with connected(settings):
        if not await database.pending():
            return []
    assert settings.database_url is not None
    with err.status("Migrating the database"):
        return await database.migrate(settings.database_url)


def _compare() -> None:
    if differences := run(database.drift()):
        complain("No migration makes what the models say:\n" + "\n".join(differences))
        raise SystemExit(1)
    note("The migrations make what the models say.")
