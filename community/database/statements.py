"""Hand-written SQL: on the current transaction's connection, else on a pooled one, where it can only read."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from community.database.last_writes import send_together
from community.database.pool import Lease, the_pool
from community.database.transactions import Turn, current_transaction, the_open_one
from community.database.writings import Row, Writing


async def fetch(sql: str, *args: Any) -> list[asyncpg.Record]:
    """All rows. Parameters are $1, $2, …"""
    async with _connection() as connection:
        rows: list[asyncpg.Record] = await connection.fetch(sql, *args)
        return rows


async def fetch_one(sql: str, *args: Any) -> asyncpg.Record | None:
    """The first row, or None."""
    async with _connection() as connection:
        return await connection.fetchrow(sql, *args)


async def fetch_value(sql: str, *args: Any) -> Any:
    """The first column of the first row, or None."""
    async with _connection() as connection:
        return await connection.fetchval(sql, *args)


async def execute(sql: str, *args: Any) -> str:
    """Run a statement for its effect. Returns PostgreSQL's command tag, such as `UPDATE 3`."""
    async with _connection() as connection:
        tag: str = await connection.execute(sql, *args)
        return tag


async def send(sql: str, *texts: str | None) -> None:
    """Carry out a statement of the current transaction ahead of the next one, in the same message to PostgreSQL.

    For what returns no rows. If it fails, so does the next statement, or the commit.
    """
    async with the_open_one().turn() as connection:
        await connection.send(sql, *texts)


async def send_rows(writes: Mapping[Writing, Sequence[Row]]) -> None:
    """The same for several statements that take rows, made one.

    No two of them may change the same row, and none sees what another writes.
    """
    async with the_open_one().turn() as connection:
        await send_together(connection, writes)


async def hold(name: str) -> None:
    """Hold a name until the transaction ends; whoever else wants to hold it waits for that. It begins with the area."""
    await execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", name)


def _connection() -> Lease | Turn:
    transaction = current_transaction()
    return the_pool().lease() if transaction is None else transaction.turn()
