"""`hourglass serve`: the API alone, as it runs in production."""

import socket
from typing import Annotated

import typer

from api import logs
from api.app import create_app
from api.cli.console import note
from api.cli.database import connected, located, require_migrated, run
from api.process import listen
from api.server import Server
from community.settings import Settings
from community.settings import settings as read_settings


def serve(
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Also deliver facts and do jobs in this process.")
    ] = False,
) -> None:
    """Serve the API in one process until Ctrl-C. The database has to be migrated."""
    settings = read_settings()
    logs.configure(settings)
    with listen(settings) as door, located(settings) as settings:
        run(_serve(settings, door, with_worker=with_worker))


async def _serve(settings: Settings, door: socket.socket, *, with_worker: bool) -> None:
    async with connected(settings):
        await require_migrated()
    app = create_app(settings, with_worker=with_worker)
    address = f"http://{settings.host}:{settings.port}/graphql"
    await Server(app, settings, on_ready=lambda: note(f"Serving {address}")).serve([door])
