"""`hourglass up`: everything in one process, from an empty folder to the first answer."""

import socket
from contextlib import suppress

from api import logs
from api.app import create_app
from api.cli.console import note
from api.cli.database import connected, located, run
from api.cli.demo import seed_once
from api.cli.migrate import bring_up_to_date
from api.cli.terminal import own_terminal
from api.cli.welcome import welcome
from api.process import listen
from api.server import Server
from community.settings import Settings
from community.settings import settings as read_settings


def up() -> None:
    """Start everything: the database, migrations, the demo (once), the server, a worker. Ctrl-C stops all of it."""
    settings = read_settings()
    logs.configure(_quieter(settings))
    with own_terminal(), suppress(KeyboardInterrupt), listen(settings) as door, located(settings) as settings:
        run(_up(settings, door))
    note("Stopped.")


def _quieter(settings: Settings) -> Settings:
    """Only warnings, unless somebody chose a level: lines about each request would bury the table."""
    if "log_level" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"log_level": "warning"})


async def _up(settings: Settings, door: socket.socket) -> None:
    await bring_up_to_date(settings)
    with_demo = settings.environment == "development"
    if with_demo:
        async with connected(settings):
            await seed_once(settings)
    app = create_app(settings, with_worker=True)
    await Server(app, settings, on_ready=lambda: welcome(settings, with_demo=with_demo)).serve([door])
