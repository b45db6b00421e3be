"""Whoever listens hears everything, or is told that something was missed."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from community import database
from community.database import listening
from tests.community.database.conftest import Connect
from tests.community.database.wire import Wire
from tests.deadlines import PATIENCE_SECONDS, eventually


async def test_payloads_come_in_order_after_the_word_that_something_may_have_been_missed(
    outsider: asyncpg.Connection,
) -> None:
    async with database.listen("news") as payloads:
        assert await heard(payloads) is None
        for payload in ("one", "two"):
            await outsider.execute("SELECT pg_notify('news', $1)", payload)
        await outsider.execute("NOTIFY other, 'not for us'")
        await outsider.execute("NOTIFY news, 'three'")

        assert [await heard(payloads) for _ in range(3)] == ["one", "two", "three"]


async def test_a_lost_line_comes_back_by_itself_and_says_so(
    connect: Connect, wire: Wire, outsider: asyncpg.Connection
) -> None:
    await connect(database_url=wire.url)
    async with database.listen("news") as payloads:
        assert await heard(payloads) is None

        await wire.cut()
        await outsider.execute("NOTIFY news, 'missed'")
        await wire.mend()

        assert await heard(payloads) is None
        await outsider.execute("NOTIFY news, 'heard'")
        assert await heard(payloads) == "heard"


async def test_a_silent_line_is_probed_and_replaced_when_it_is_dead(
    connect: Connect, wire: Wire, outsider: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PROBE_SECONDS", 0.01)
    await connect(database_url=wire.url)
    async with database.listen("news") as payloads:
        assert await heard(payloads) is None

        wire.lose_answer_to("SELECT 1")

        assert await heard(payloads) is None
        await outsider.execute("NOTIFY news, 'heard'")
        assert await heard(payloads) == "heard"


async def test_a_reader_who_is_too_slow_is_told_that_something_was_missed(
    outsider: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "BACKLOG", 3)
    async with database.listen("news") as payloads:
        assert await heard(payloads) is None
        await outsider.execute("SELECT pg_notify('news', n::text) FROM generate_series(1, 5) n")
        await outsider.execute("NOTIFY news, 'last'")

        found: list[str | None] = []
        while "last" not in found:
            found.append(await heard(payloads))

    assert found == [None, "5", "last"]


async def test_whoever_stops_listening_leaves_no_connection_behind(outsider: asyncpg.Connection) -> None:
    async with database.listen("news") as payloads:
        assert await heard(payloads) is None
        await eventually(lambda: are_listening(outsider, 1))

    await eventually(lambda: are_listening(outsider, 0))


async def heard(payloads: AsyncIterator[str | None]) -> str | None:
    """The next payload, which must come."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await anext(payloads)


async def are_listening(outsider: asyncpg.Connection, count: int) -> bool:
    """Whether so many sessions of this database listen. One that was cut off a moment ago may still be counted."""
    found: int = await outsider.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    return found == count
