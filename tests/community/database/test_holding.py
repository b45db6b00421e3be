"""What one transaction holds, another waits for."""

import asyncio

import pytest

from community import database
from tests.deadlines import eventually

pytestmark = pytest.mark.usefixtures("database")

WAITING = """
    select count(*) from pg_locks
    where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())
"""


@database.transaction()
async def held(name: str, has_it: asyncio.Event, may_end: asyncio.Event) -> None:
    await database.hold(name)
    has_it.set()
    await may_end.wait()


async def test_whoever_wants_a_name_that_is_held_waits_until_the_transaction_ends() -> None:
    first, second, end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(held("pets:mimi", first, end))
        await first.wait()
        tasks.create_task(held("pets:mimi", second, end))
        await eventually(lambda: database.fetch_value(WAITING))
        assert not second.is_set()
        end.set()
    assert second.is_set()


async def test_another_name_is_free() -> None:
    first, second, end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(held("pets:mimi", first, end))
        await first.wait()
        tasks.create_task(held("pets:momo", second, end))
        await second.wait()
        end.set()
