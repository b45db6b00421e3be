"""Opening the database at the start of a process and closing it at the end."""

from functools import partial
from typing import Any

import asyncpg
from tortoise.context import TortoiseContext

from community.database import orm, pool
from community.database.connections import Connection
from community.database.verbs import drain
from community.settings import Settings

GRACE_SECONDS = 5.0
"""How much longer than `statement_timeout` we wait for an answer before a connection counts as dead."""

_tortoise: TortoiseContext | None = None


async def connect(settings: Settings) -> None:
    """Open the pool and tell Tortoise. Raises asyncpg's own errors, or OSError, if `database_url` cannot be reached."""
    global _tortoise
    if pool.is_connected():
        raise RuntimeError("A database is connected already.")
    opened = pool.Pool(
        partial(asyncpg.connect, **connection_options(settings)),
        size=settings.pool_size,
        acquire_seconds=settings.pool_acquire_seconds,
    )
    await opened.warm_up()
    pool.use(opened)
    _tortoise = TortoiseContext()
    with _tortoise:
        await _tortoise.init(config=orm.configuration(), _enable_global_fallback=True)


async def disconnect() -> None:
    """Let running transactions finish, then close every connection. Harmless when nothing is connected."""
    global _tortoise
    if not pool.is_connected():
        return
    closing = pool.the_pool()
    closing.stop_lending()
    await drain()
    await closing.close()
    if _tortoise is not None:
        await _tortoise.close_connections()
    _tortoise = None
    pool.use(None)


def connection_options(settings: Settings) -> dict[str, Any]:
    """What each pooled connection is opened with. Outside of a transaction it can only read."""
    if settings.database_url is None:
        raise RuntimeError("No DATABASE_URL is set and no private server was started.")
    timeout = settings.statement_timeout_ms / 1000 + GRACE_SECONDS if settings.statement_timeout_ms else None
    return {
        "dsn": settings.database_url,
        "connection_class": Connection,
        "timeout": settings.pool_acquire_seconds,
        "command_timeout": timeout,
        "server_settings": {
            "application_name": "hourglass",
            "default_transaction_isolation": "read committed",
            "default_transaction_read_only": "on",
            "idle_in_transaction_session_timeout": str(settings.idle_in_transaction_timeout_ms),
            "jit": "off",
            "lock_timeout": str(settings.lock_timeout_ms),
            "statement_timeout": str(settings.statement_timeout_ms),
            "timezone": "UTC",
        },
    }
