"""Bringing a database to the shape of the models: Tortoise's migrations, all or nothing, one process at a time."""

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterModelOptions, Operation
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.migrations.writer import migrations_module_path

from community.database import orm
from community.database.connections import Connection
from community.database.statements import fetch, fetch_value
from community.database.states import Executor
from community.database.transactions import Transaction
from community.settings import settings

LOCK = 0x484F5552474C4153
"""The advisory lock that migrating processes take in turn: HOURGLAS in ASCII."""


async def migrate(url: str) -> list[str]:
    """Apply what is missing, in one transaction, and return the names applied. Safe to repeat and to race."""
    connection = await asyncpg.connect(
        url, connection_class=Connection, server_settings={"application_name": "hourglass migrate"}
    )
    try:
        async with TortoiseContext() as context:
            await context.init(config=orm.configuration(), init_connections=False)
            return await _migrate(connection)
    finally:
        await connection.close()


async def pending() -> list[str]:
    """The migrations of this code that the connected database has not seen, in order."""
    exists = await fetch_value("select to_regclass('tortoise_migrations') is not null")
    applied = await fetch("select name from tortoise_migrations where app = $1", orm.APP) if exists else []
    return sorted(set(names()) - {row["name"] for row in applied})


async def drift() -> list[str]:
    """What the models have that no migration makes, or the other way round, in words. Needs no database."""
    return [operation.describe() for operation in await missing()]


def names() -> list[str]:
    """The migrations of this code, in order."""
    return sorted(file.stem for file in migrations_module_path(orm.MIGRATIONS).glob("[0-9]*.py"))


async def missing() -> list[Operation]:
    """What the models say that no migration does, or the other way round."""
    async with TortoiseContext() as context:
        await context.init(config=orm.configuration(), init_connections=False)
        assert context.apps is not None
        writers = await MigrationAutodetector(context.apps, orm.configuration()["apps"]).changes()
    operations = [operation for writer in writers for operation in writer.operations]
    # Options are a docstring and the like: Tortoise compares them, but changes nothing in the database for them.
    return [operation for operation in operations if not isinstance(operation, AlterModelOptions)]


async def _migrate(connection: Connection) -> list[str]:
    transaction = Transaction(connection)
    transaction.begin()
    with orm.bound_to(transaction) as client:
        await client.execute_script(f"SELECT pg_advisory_xact_lock({LOCK})")
        # Migrations that count by the programme's weeks and months read it.
        await client.execute_query("SELECT set_config('hourglass.time_zone', $1, true)", [settings().time_zone])
        executor = Executor(client, orm.configuration()["apps"])
        # Tortoise asks the record of migrations before it makes sure that there is one: in a transaction that is fatal.
        await executor.recorder.ensure_schema(AsyncpgSchemaEditor(client, atomic=False))
        applied: list[str] = []
        await executor.migrate(progress=lambda event, _, name: applied.append(name) if event == "apply_done" else None)
    await transaction.commit()
    return applied
