"""The databases that tests run on: one server for the run, a migrated template, a copy of it for each worker.

The server is a private one, thrown away afterwards, or what `TEST_DATABASE_URL` names (its user a superuser, to empty
tables in any order). The first worker that asks starts it and makes the template; the others wait, and share both.
"""

import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from api.postgres.server import PrivateServer
from community import database
from community.settings import Settings, settings
from tests.deadlines import PATIENCE

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)[:12]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
TEMPLATE = f"hourglass_test_{RUN}_template"


def patient(**changes: object) -> Settings:
    """Settings with which nobody gives up because a machine is slow: who is to give up says so in `changes`."""
    return Settings.model_validate(PATIENCE | changes)


@asynccontextmanager
async def under_way(url: str, sql: str, *arguments: object) -> AsyncIterator[asyncpg.Connection]:
    """Somebody else's transaction that has carried out this statement, and holds what it locked inside the block.

    It comes to nothing: at the end, or where its connection is told to `rollback` before.
    """
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("begin")
        await connection.execute(sql, *arguments)
        yield connection
        await connection.execute("rollback")
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class Databases:
    """The run's server, seen by one worker."""

    admin_url: str
    admin: asyncpg.Connection

    def url(self, name: str) -> str:
        """Where the database `name` is."""
        return urlsplit(self.admin_url)._replace(path=f"/{name}").geturl()

    async def create(self, name: str, *, template: str = "template0") -> str:
        """A new database and its URL: empty, or a copy of `template`, which nobody may be connected to."""
        await self.admin.execute(
            f"CREATE DATABASE {name} TEMPLATE {template}"
            + (" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'" if template == "template0" else "")
        )
        return self.url(name)

    async def copy(self, name: str) -> str:
        """A new database like a server's after its first start: migrated and otherwise empty."""
        return await self.create(name, template=TEMPLATE)

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        await self.admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@asynccontextmanager
async def databases() -> AsyncIterator[Databases]:
    """The run's server with its template. The last worker to leave takes both away."""
    with server() as admin_url:
        admin = await asyncpg.connect(admin_url)
        found = Databases(admin_url, admin)
        try:
            await make_template(found)
            yield found
            await leave_template(found)
        finally:
            await admin.close()


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database on the run's server from which others can be created."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    home = Path(tempfile.gettempdir()) / f"hourglass-tests-{RUN}"
    home.mkdir(mode=0o711, exist_ok=True)
    with PrivateServer.start(home, durable=False, binaries=settings().postgres_bin) as private:
        yield private.url("postgres")


async def make_template(found: Databases) -> None:
    """Migrate a database once for all workers; it gets its name when it is complete. Counts us as its user."""
    await found.admin.execute("SELECT pg_advisory_lock($1)", lock("making"))
    if not await found.admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", TEMPLATE):
        unfinished = f"{TEMPLATE}_unfinished"
        await found.drop(unfinished)
        await database.migrate(await found.create(unfinished))
        await found.admin.execute(f"ALTER DATABASE {unfinished} RENAME TO {TEMPLATE}")
    await found.admin.execute("SELECT pg_advisory_lock_shared($1)", lock("using"))
    await found.admin.execute("SELECT pg_advisory_unlock($1)", lock("making"))


async def leave_template(found: Databases) -> None:
    """Remove the template if no other worker uses it."""
    await found.admin.execute("SELECT pg_advisory_unlock_shared($1)", lock("using"))
    if await found.admin.fetchval("SELECT pg_try_advisory_lock($1)", lock("using")):
        await found.drop(TEMPLATE)


def lock(purpose: str) -> int:
    """The key of an advisory lock of this run."""
    return int.from_bytes(blake2b(f"{RUN} {purpose}".encode(), digest_size=8).digest(), "big", signed=True)


class Cleaner:
    """Empties a database between tests, on a connection of its own: 2 ms for 60 tables, where TRUNCATE takes 100.

    What takes long to build is built once, and kept: then each test finds it as if it had just been built.
    """

    def __init__(self, connection: asyncpg.Connection, emptying: str) -> None:
        self._connection = connection
        self._emptying = emptying

    @classmethod
    async def of(cls, url: str) -> Self:
        """Knows what a fresh migration leaves in each table: those rows stay."""
        # As a replica: no trigger protects an append-only table, no foreign key demands an order. And rather fail than
        # wait for ever for a transaction that a test left open.
        settings = {"session_replication_role": "replica", "lock_timeout": "5s"}
        connection = await asyncpg.connect(url, server_settings=settings)
        return cls(connection, "; ".join([await _emptying(connection, table) for table in await _tables(connection)]))

    async def empty(self) -> None:
        """Delete every row that tests wrote."""
        await self._connection.execute(self._emptying)

    async def keep(self, name: str) -> Callable[[], Awaitable[object]]:
        """Set all rows aside, in a schema `name`. Returns what brings them back, and only them, in 30 ms."""
        await self._connection.execute(f"CREATE SCHEMA {name}")
        tables = await _tables(self._connection)
        restoring = "; ".join([await _keeping(self._connection, table, name) for table in tables])
        return partial(self._connection.execute, restoring)

    async def close(self) -> None:
        """Leave the database."""
        await self._connection.close()


async def _tables(connection: asyncpg.Connection) -> list[str]:
    """Our tables' names."""
    rows = await connection.fetch(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return [row[0] for row in rows]


async def _emptying(connection: asyncpg.Connection, table: str) -> str:
    """What deletes all rows of a table but those that are in it now."""
    if not await connection.fetchval(f"SELECT 1 FROM {table} LIMIT 1"):
        return f"DELETE FROM {table}"
    ids = await connection.fetchval(f"SELECT string_agg(quote_literal(id), ', ') FROM {table}")
    return f"DELETE FROM {table} WHERE id::text NOT IN ({ids})"


async def _keeping(connection: asyncpg.Connection, table: str, schema: str) -> str:
    """Set the rows of a table aside. Returns what replaces all that are in it by those."""
    if not await connection.fetchval(f"SELECT 1 FROM {table} LIMIT 1"):
        return f"DELETE FROM {table}"
    columns = await connection.fetchval(
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
        " WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        table,
    )
    await connection.execute(f"CREATE TABLE {schema}.{table} AS SELECT {columns} FROM {table}")
    return (
        f"DELETE FROM {table};"
        f" INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {schema}.{table}"
    )
