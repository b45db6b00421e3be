"""What the storm calls: several statements, a verb inside a verb, rows that collide, a read that takes a while."""

import random
from uuid import UUID

import asyncpg

from community import database
from tests.storm.journal import Journal

SHELVES = 64

TABLES = f"""
CREATE TABLE storm_entry (id uuid NOT NULL, side text NOT NULL);
CREATE TABLE storm_shelf (number int PRIMARY KEY, height int NOT NULL);
INSERT INTO storm_shelf SELECT n, 0 FROM generate_series(1, {SHELVES}) n;
"""


async def lay_out(connection: asyncpg.Connection) -> None:
    """Make the tables."""
    await connection.execute(TABLES)


@database.transaction()
async def write(id: UUID, journal: Journal) -> None:
    """Write two entries and move two shelves, in whatever order, so that some writes collide."""
    journal.begun.add(id)
    journal.attempts += 1
    # Found soon, a deadlock costs the storm no second of standing still.
    await database.execute("SET LOCAL deadlock_timeout = '20ms'")
    first, second = random.sample(range(1, SHELVES + 1), 2)
    await enter(id, "left", first)
    await enter(id, "right", second)


@database.transaction()
async def enter(id: UUID, side: str, shelf: int) -> None:
    """Write one entry and move one shelf."""
    await database.execute("INSERT INTO storm_entry VALUES ($1, $2)", id, side)
    await database.execute("UPDATE storm_shelf SET height = height + 1 WHERE number = $1", shelf)


async def read() -> None:
    """Look at something for about as long as a write takes."""
    await database.fetch("SELECT count(*), pg_sleep(0.002) FROM storm_shelf")


async def clear(connection: asyncpg.Connection) -> None:
    """Take the tables away."""
    await connection.execute("DROP TABLE storm_entry, storm_shelf")
