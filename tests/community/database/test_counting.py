"""SQL budgets see every statement, whoever sends it."""

import asyncio

import pytest

from community import database
from community.idempotency.models import IdempotencyKey

pytestmark = pytest.mark.usefixtures("outsider")


@database.transaction()
async def write_twice() -> None:
    """Write two notes, one with a queryset at its side."""
    await database.execute("INSERT INTO note VALUES (1)")
    await IdempotencyKey.all().count()
    await database.fetch("INSERT INTO note VALUES (2) RETURNING id")


async def test_reads_and_querysets_count() -> None:
    with database.counting_statements() as counted:
        await database.fetch("SELECT 1")
        await database.fetch_one("SELECT 2")
        await database.fetch_value("SELECT 3")
        await IdempotencyKey.all().count()

    assert counted.count == 4
    assert counted.statements[:3] == ["SELECT 1", "SELECT 2", "SELECT 3"]
    assert counted.control == []


async def test_a_transaction_counts_with_its_begin_and_commit_apart() -> None:
    with database.counting_statements() as counted:
        await write_twice()

    assert counted.count == 3
    assert counted.control == ["BEGIN READ WRITE", "COMMIT"]


async def test_tasks_count_for_whoever_started_them() -> None:
    with database.counting_statements() as counted:
        await asyncio.gather(*(database.fetch("SELECT 1") for _ in range(3)))

    assert counted.count == 3


async def test_what_others_do_meanwhile_does_not_count() -> None:
    begin, end = asyncio.Event(), asyncio.Event()

    async def somebody_else() -> None:
        await begin.wait()
        await database.fetch("SELECT 1")
        end.set()

    other = asyncio.create_task(somebody_else())
    with database.counting_statements() as counted:
        begin.set()
        await end.wait()
    await other

    assert counted.count == 0
