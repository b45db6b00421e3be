"""Migrations make exactly what the models say, and all that only SQL can say, wherever and however often they run."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from itertools import count
from pkgutil import iter_modules
from types import ModuleType

import asyncpg
import pytest
import pytest_asyncio
from tortoise.context import TortoiseContext
from tortoise.migrations.operations import RunSQL
from tortoise.utils import get_schema_sql

from community import database as community_database
from community import migrations
from community.areas import AREAS
from community.database import orm
from community.database.transactions import Transaction
from community.settings import Settings
from tests.databases import RUN, WORKER, Databases

MIGRATIONS = [
    import_module(f"{migrations.__name__}.{module.name}")
    for module in iter_modules(migrations.__path__)
    if module.name != "__main__"
]

NAMED = re.compile(
    r"\badd (constraint) (\w+)"
    r"|\bcreate (?:unique )?(index) (\w+)"
    r"|\bcreate (?:unlogged )?(table) (\w+)"
    r"|\bcreate (?:constraint )?(trigger) (\w+)"
    r"|\bcreate (?:or replace )?(function) (\w+)",
    re.IGNORECASE,
)

DROPPED = (
    "engagement_grant_period",
    "quota_bucket_refilled_at",
    "engagement_view_once",
    "engagement_view_subject",
    "posts_post_author",
)
"""Indexes that a later migration took away."""

WAYS = ("sql", "reverse_sql")

_numbers = count(1)


@pytest_asyncio.fixture
async def empty_url(run_databases: Databases) -> AsyncIterator[str]:
    """A database with nothing in it."""
    name = f"hourglass_test_{RUN}_{WORKER}_empty{next(_numbers)}"
    yield await run_databases.create(name)
    await run_databases.drop(name)


@pytest_asyncio.fixture
async def empty(empty_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database with nothing in it."""
    connection = await asyncpg.connect(empty_url)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def migrated(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a migrated database."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_no_model_has_changed_without_a_migration() -> None:
    assert await community_database.drift() == []


def test_each_migration_follows_the_one_before() -> None:
    names = [module.__name__.rpartition(".")[2] for module in MIGRATIONS]
    assert [int(name.partition("_")[0]) for name in names] == list(range(1, len(names) + 1))
    for before, name, module in zip(names, names[1:], MIGRATIONS[1:], strict=False):
        assert module.Migration.dependencies == [(orm.APP, before)], f"{name} comes after {before}; or renumber it"


def test_no_place_for_sql_was_left_empty() -> None:
    scripts = [(module.__name__, sql) for module in MIGRATIONS for way in WAYS for sql in sql_of(module, way)]
    assert [name for name, sql in scripts if not sql.strip()] == []


async def test_migrated_columns_are_the_models_columns(migrated: asyncpg.Connection, empty: asyncpg.Connection) -> None:
    await create_what_models_say(empty)
    wanted = await columns(empty)

    tables = {table for table, _ in wanted}
    found = await columns(migrated)

    assert {column: kind for column, kind in found.items() if column[0] in tables} == wanted


async def test_migrated_indexes_include_the_models_indexes(
    migrated: asyncpg.Connection, empty: asyncpg.Connection
) -> None:
    await create_what_models_say(empty)
    assert await indexes(empty) - await indexes(migrated) == set()


async def test_no_model_declares_constraints_that_migrations_would_drop_silently() -> None:
    async with TortoiseContext() as context:
        await context.init(config=orm.configuration(), init_connections=False)
        assert context.apps is not None
        models = context.apps[orm.APP].values()
        assert [model.__name__ for model in models if getattr(model._meta, "constraints", ())] == []


async def test_everything_that_migrations_name_is_there(migrated: asyncpg.Connection) -> None:
    wanted = set(named_by_migrations()) - {("index", name) for name in DROPPED}
    assert ("constraint", "members_block_once") in wanted

    found = {
        *(("constraint", row["conname"]) for row in await migrated.fetch("SELECT conname FROM pg_constraint")),
        *(
            ("index", row["relname"])
            for row in await migrated.fetch("SELECT relname FROM pg_class WHERE relkind = 'i'")
        ),
        *(
            ("table", row["relname"])
            for row in await migrated.fetch("SELECT relname FROM pg_class WHERE relkind = 'r'")
        ),
        *(("trigger", row["tgname"]) for row in await migrated.fetch("SELECT tgname FROM pg_trigger")),
        *(("function", row["proname"]) for row in await migrated.fetch("SELECT proname FROM pg_proc")),
    }

    assert wanted - found == set()


async def test_the_sql_of_every_migration_can_be_undone_and_done_again(
    fresh_database: Callable[[], Awaitable[str]],
) -> None:
    connection = await asyncpg.connect(await fresh_database())
    transaction = connection.transaction()
    await transaction.start()
    before = await inventory(connection)
    for module in reversed(MIGRATIONS):
        for sql in sql_of(module, "reverse_sql"):
            await connection.execute(sql)
    assert await inventory(connection) != before
    for module in MIGRATIONS:
        for sql in sql_of(module, "sql"):
            await connection.execute(sql)

    assert await inventory(connection) == before
    await transaction.rollback()
    await connection.close()


async def test_tables_are_named_after_their_area(migrated: asyncpg.Connection) -> None:
    rows = await migrated.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    libraries = ("pgqueuer", "tortoise_migrations")
    assert [row["tablename"] for row in rows if not row["tablename"].startswith((*AREAS, *libraries))] == []


async def test_migrating_puts_leaderboards_in_the_programmes_zone_and_again_does_nothing(
    empty_url: str, empty: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(community_database.migrations, "settings", lambda: Settings(time_zone="Asia/Taipei"))
    assert await community_database.migrate(empty_url) == [module.__name__.rpartition(".")[2] for module in MIGRATIONS]
    assert await community_database.migrate(empty_url) == []
    assert await empty.fetchval("SELECT time_zone FROM engagement_calendar") == "Asia/Taipei"


async def test_processes_that_migrate_at_once_do_it_once(empty_url: str) -> None:
    applied = await asyncio.gather(*(community_database.migrate(empty_url) for _ in range(3)))
    assert sorted(len(names) for names in applied) == [0, 0, len(MIGRATIONS)]


async def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str, empty: asyncpg.Connection) -> None:
    in_the_way = next(name for kind, name in reversed(named_by_migrations()) if kind == "table")
    await empty.execute(f"CREATE TABLE {in_the_way} ()")

    with pytest.raises(Exception, match="already exists"):
        await community_database.migrate(empty_url)

    rows = await empty.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert [row["tablename"] for row in rows] == [in_the_way]


@pytest.mark.usefixtures("database")
async def test_a_migration_that_fails_keeps_no_lane_from_the_process(empty_url: str, empty: asyncpg.Connection) -> None:
    await empty.execute(f"CREATE TABLE {next(name for kind, name in named_by_migrations() if kind == 'table')} ()")
    before = await lane()

    with pytest.raises(Exception, match="already exists"):
        await community_database.migrate(empty_url)

    assert await lane() == before


@community_database.transaction()
async def lane() -> int:
    """The lane of a transaction of its own."""
    return community_database.lane()


async def create_what_models_say(connection: asyncpg.Connection) -> None:
    """Make the tables that Tortoise would make from the models, without any migration."""
    async with TortoiseContext() as context:
        await context.init(config=orm.configuration(), init_connections=False)
        with orm.bound_to(Transaction(connection)) as client:
            sql = get_schema_sql(client, safe=False)
    await connection.execute(sql)


async def columns(connection: asyncpg.Connection) -> dict[tuple[str, str], tuple[object, ...]]:
    """Type, nullability and default of each column, by table and name."""
    rows = await connection.fetch(
        """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
        """
    )
    return {(row[0], row[1]): tuple(row[2:]) for row in rows}


async def indexes(connection: asyncpg.Connection) -> set[str]:
    """What each index is, whatever it is called; primary keys and unique constraints have one, too."""
    rows = await connection.fetch("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")
    return {re.sub(r"INDEX \S+ ON", "INDEX ON", row["indexdef"]) for row in rows}


async def inventory(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """Everything in the database by kind, as PostgreSQL spells it."""
    queries = {
        "columns": "SELECT attrelid::regclass || '.' || attname || ' ' || atttypid::regtype FROM pg_attribute"
        " WHERE attnum > 0 AND NOT attisdropped AND attrelid::regclass::text !~ '^(pg_|information_schema)'",
        "constraints": "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint",
        "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "functions": "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "types": "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype <> 'b'",
    }
    return {kind: sorted(row[0] for row in await connection.fetch(query)) for kind, query in queries.items()}


def sql_of(module: ModuleType, direction: str) -> list[str]:
    """The hand-written SQL of a migration: `sql` to do it, `reverse_sql` to undo it."""
    scripts: list[str] = []
    for operation in module.Migration.operations:
        if isinstance(operation, RunSQL):
            sql = getattr(operation, direction)
            scripts += [sql] if isinstance(sql, str) else sql
    return scripts


def named_by_migrations() -> list[tuple[str, str]]:
    """What hand-written SQL creates: kind and name, in order."""
    found = (match for module in MIGRATIONS for sql in sql_of(module, "sql") for match in NAMED.findall(sql))
    return [(kind.lower(), name) for match in found for kind, name in [tuple(filter(None, match))]]
