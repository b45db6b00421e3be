"""Rows arrive as their columns read them, few or many."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from asyncpg.pgproto.pgproto import UUID as FROM_POSTGRESQL

from community import database
from tests.community.database.test_sending import within

COLUMNS = (
    "number int, id uuid, kind text, hash bytea, at timestamptz, names text[], ids uuid[], facts jsonb, words tsvector"
)
THINGS = database.into("thing", COLUMNS)
ID = UUID("01938a3e-0000-7000-8000-000000000001")


class Kind(StrEnum):
    GOOD = "good"


EACH: dict[str, Any] = {
    "id": FROM_POSTGRESQL(ID.bytes),
    "kind": Kind.GOOD,
    "hash": b"\x00\xff",
    "at": datetime(2026, 11, 22, 1, 2, 3, 4, UTC),
    "names": ["旅行", None, 'with "quotes"', "back\\slash", "a,b", "{}", "null", ""],
    "ids": [ID],
    "facts": [{"about": FROM_POSTGRESQL(ID.bytes), "text": "it's"}],
    "words": "'旅行':1",
}


@pytest_asyncio.fixture
async def things(outsider: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who sees the empty table `thing`."""
    await outsider.execute(f"CREATE TABLE thing ({COLUMNS}, left_out text DEFAULT 'default')")
    yield outsider
    await outsider.execute("DROP TABLE thing")


@pytest.mark.parametrize("count", [1, 3, 4])
async def test_rows_are_written_as_columns_read_them(things: asyncpg.Connection, count: int) -> None:
    rows = [EACH | {"number": number} for number in range(count - 1)] + [{"number": count - 1}]

    await within(lambda: database.send_rows({THINGS: rows}))

    found = await things.fetch("SELECT *, words::text AS said, facts::text AS told FROM thing ORDER BY number")
    for row in found[:-1]:
        assert (row["id"], row["kind"], row["hash"], row["at"]) == (ID, "good", EACH["hash"], EACH["at"])
        assert (row["names"], row["ids"], row["said"]) == (EACH["names"], [ID], "'旅行':1")
        assert row["told"] == f'[{{"text": "it\'s", "about": "{ID}"}}]'
    last = found[-1]
    assert (len(found), last["id"], last["names"], last["told"]) == (count, None, None, None)
    assert {row["left_out"] for row in found} == {"default"}
