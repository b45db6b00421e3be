"""The database a command works on: the one that DATABASE_URL names, else a private one for as long as it is needed."""

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import uvloop

from api.cli.console import err
from api.cli.failures import Unmigrated, Unreachable
from api.postgres.server import PrivateServer
from community import database
from community.settings import Settings

OLDEST_VERSION = 15

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's work on uvloop. Ctrl-C cancels it, and comes out as KeyboardInterrupt."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@contextmanager
def located(settings: Settings) -> Iterator[Settings]:
    """The settings, naming a database that runs. A private one is stopped at the end, unless others use it."""
    if settings.database_url is not None:
        yield settings
        return
    with err.status("Starting the private PostgreSQL"):
        server = PrivateServer.start(settings.home, binaries=settings.postgres_bin)
    with server:
        yield settings.model_copy(update={"database_url": server.url()})


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[None]:
    """The pool, open. Raises Unreachable."""
    try:
        await database.connect(settings)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unreachable(_explained(settings, error)) from error
    # What is loaded by now lives as long as the command. Walking it costs the collector 0.1 s each time.
    gc.freeze()
    try:
        await _require_version()
        yield
    finally:
        await database.disconnect()


async def require_migrated() -> None:
    """Raise Unmigrated unless the connected database has seen every migration."""
    if missing := await database.pending():
        raise Unmigrated(f"The database lacks {', '.join(missing)}. Bring it up to date first: hourglass migrate")


async def _require_version() -> None:
    version = int(await database.fetch_value("show server_version_num")) // 10_000
    if version < OLDEST_VERSION:
        raise Unreachable(f"DATABASE_URL: the server is PostgreSQL {version}; {OLDEST_VERSION} or newer is needed")


def _explained(settings: Settings, error: Exception) -> str:
    """Which server, without the password, and what it or the network said."""
    url = urlsplit(settings.database_url or "")
    where = f"{url.hostname or 'the local socket'}{f':{url.port}' if url.port else ''}{url.path}"
    return f"DATABASE_URL: cannot use PostgreSQL at {where}: {error or type(error).__name__}"
