"""PgQueuer's tables are those of the installed PgQueuer, whatever the environment says."""

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver

from community.outbox import queue

OBJECTS = """
    select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
        || ' ' || coalesce(column_default, '')
      from information_schema.columns where table_schema = current_schema() and table_name like 'pgqueuer%'
    union all select indexdef from pg_indexes where schemaname = current_schema() and tablename like 'pgqueuer%'
    union all select pg_get_functiondef(oid) from pg_proc where proname = 'fn_pgqueuer_changed'
        and pronamespace = current_schema()::regnamespace
    union all select pg_get_triggerdef(oid) from pg_trigger where tgname = 'tg_pgqueuer_changed'
        and tgrelid = 'pgqueuer'::regclass
    union all select enumlabel from pg_enum where enumtypid = 'pgqueuer_status'::regtype
"""


async def test_the_migrations_make_what_pgqueuer_would_install(database: str):
    connection = await asyncpg.connect(database)
    try:
        ours = await objects(connection, "public")
        async with AsyncpgDriver(connection) as driver:
            await connection.execute("create schema pristine")
            await connection.execute("set search_path = pristine")
            await queue.queries_over(driver).install()
            theirs = await objects(connection, "pristine")
            assert len(theirs) > 50
            assert ours == theirs
    finally:
        await connection.execute("drop schema if exists pristine cascade")
        await connection.close()


async def objects(connection: asyncpg.Connection, schema: str) -> list[str]:
    rows = await connection.fetch(OBJECTS)
    return sorted(row[0].replace(f"{schema}.", "") for row in rows)


def test_the_environment_does_not_rename_the_tables(monkeypatch: pytest.MonkeyPatch):
    for name in (
        "PREFIX",
        "DB_SCHEMA",
        "CHANNEL",
        "FUNCTION",
        "QUEUE_TABLE",
        "QUEUE_TABLE_LOG",
        "TRIGGER",
        "DURABILITY",
    ):
        monkeypatch.setenv(name, "volatile")
        monkeypatch.setenv(f"PGQUEUER_{name}", "volatile")
    assert "volatile" not in queue.queue_names().model_dump_json()
