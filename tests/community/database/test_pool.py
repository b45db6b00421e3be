"""Connections are lent fairly, come back whatever happens, and outlive the server's absence."""

import asyncio

import asyncpg
import pytest

from community import database
from community.database import TransactionMisused
from community.idempotency.models import IdempotencyKey
from community.kernel.errors import TooBusy
from community.settings import Settings
from tests.community.database.conftest import Connect, busy, is_served, until, whole_pool
from tests.community.database.wire import Wire
from tests.deadlines import eventually


async def test_a_caller_who_waits_too_long_is_told_that_the_server_is_busy(connect: Connect, wire: Wire) -> None:
    await connect(database_url=wire.url, pool_size=1, pool_acquire_seconds=0.05)
    hold = wire.hold("SELECT 1")
    first = asyncio.create_task(database.fetch("SELECT 1"))
    await hold.reached()

    with pytest.raises(TooBusy):
        await database.fetch("SELECT 2")

    hold.let_go()
    await first
    assert await database.fetch_value("SELECT 2") == 2


async def test_a_caller_cancelled_while_waiting_leaves_no_trace(connect: Connect, wire: Wire) -> None:
    await connect(database_url=wire.url, pool_size=1)
    hold = wire.hold("SELECT 1")
    first = asyncio.create_task(database.fetch("SELECT 1"))
    await hold.reached()
    second = asyncio.create_task(database.fetch("SELECT 2"))
    await until(lambda: database.pool_state().waiting == 1)

    second.cancel()
    await asyncio.wait([second])

    assert second.cancelled()
    assert database.pool_state().waiting == 0
    hold.let_go()
    await first
    assert (await whole_pool()).open == 1


async def test_a_caller_who_leaves_while_a_connection_is_opened_leaves_it_to_the_next(
    connect: Connect, wire: Wire
) -> None:
    await connect(database_url=wire.url, pool_size=1)
    await lose_all_connections(wire)
    hold = wire.hold("application_name")
    first = asyncio.create_task(database.fetch("SELECT 1"))
    await hold.reached()

    first.cancel()
    await asyncio.wait([first])
    assert first.cancelled()
    hold.let_go()

    assert (await whole_pool()).open == 1


async def test_a_connection_that_takes_too_long_to_open_is_not_waited_for(connect: Connect, wire: Wire) -> None:
    await connect(database_url=wire.url, pool_size=1, pool_acquire_seconds=0.2)
    await lose_all_connections(wire)
    wire.hold("application_name")

    with pytest.raises(TooBusy):
        await database.fetch("SELECT 1")

    await eventually(is_served)
    await whole_pool()


async def test_a_cancelled_read_gives_its_connection_back(connect: Connect, outsider: asyncpg.Connection) -> None:
    await connect(pool_size=1)
    server_process = await database.fetch_value("SELECT pg_backend_pid()")
    read = asyncio.create_task(database.fetch("SELECT pg_sleep(60)"))
    await busy(outsider, server_process)

    read.cancel()
    await asyncio.wait([read])

    assert read.cancelled()
    assert await database.fetch_value("SELECT pg_backend_pid()") == server_process
    await whole_pool()


async def test_a_connection_in_doubt_is_mended_before_it_is_lent_again(connect: Connect, wire: Wire) -> None:
    await connect(database_url=wire.url, pool_size=2)
    hold = wire.hold("SELECT 1")
    read = asyncio.create_task(database.fetch("SELECT 1"))
    await hold.reached()

    read.cancel()
    await asyncio.wait([read])

    assert await database.fetch_value("SELECT 2") == 2
    hold.let_go()
    assert (await whole_pool()).open == 2


async def test_a_read_that_takes_too_long_for_its_caller_gives_its_connection_back(connect: Connect) -> None:
    await connect(pool_size=1)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await database.fetch("SELECT pg_sleep(60)")

    assert await database.fetch_value("SELECT 1") == 1
    await whole_pool()


async def test_a_connection_that_cannot_be_mended_is_replaced(connect: Connect, wire: Wire) -> None:
    await connect(database_url=wire.url, pool_size=1)
    server_process = await database.fetch_value("SELECT pg_backend_pid()")
    hold = wire.hold("SELECT 1")
    read = asyncio.create_task(database.fetch("SELECT 1"))
    await hold.reached()

    read.cancel()
    await wire.cut()
    await wire.mend()
    await asyncio.wait([read])

    assert await database.fetch_value("SELECT pg_backend_pid()") != server_process
    assert (await whole_pool()).open == 1


async def test_a_connection_left_inside_a_transaction_is_mended_before_it_is_lent_again(
    connect: Connect, outsider: asyncpg.Connection
) -> None:
    await connect(pool_size=1)

    await database.execute("BEGIN")

    server_process = await database.fetch_value("SELECT pg_backend_pid()")
    state = await outsider.fetchval("SELECT state FROM pg_stat_activity WHERE pid = $1", server_process)
    assert state == "idle"
    await whole_pool()


async def test_giving_a_connection_back_sends_nothing(connect: Connect, outsider: asyncpg.Connection) -> None:
    await connect(pool_size=1)
    server_process = await database.fetch_value("SELECT pg_backend_pid()")

    await database.fetch("SELECT 'the last word'")

    last = "SELECT query FROM pg_stat_activity WHERE pid = $1"
    assert await outsider.fetchval(last, server_process) == "SELECT 'the last word'"


async def test_connections_are_opened_only_when_needed_and_never_more_than_allowed(connect: Connect) -> None:
    await connect(pool_size=3)
    assert database.pool_state().open == 1

    await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.001)") for _ in range(50)))

    assert (await whole_pool()).open == 3


async def test_every_connection_carries_the_limits_of_the_settings(connect: Connect) -> None:
    await connect(statement_timeout_ms=1234, lock_timeout_ms=567, idle_in_transaction_timeout_ms=8901)

    names = (
        "statement_timeout lock_timeout idle_in_transaction_session_timeout jit application_name TimeZone"
        " transaction_read_only"
    )
    values = [await database.fetch_value("SELECT current_setting($1)", name) for name in names.split()]

    assert values == ["1234ms", "567ms", "8901ms", "off", "hourglass", "UTC", "on"]


async def test_a_statement_that_runs_too_long_is_ended_by_the_server(connect: Connect) -> None:
    await connect(statement_timeout_ms=30)

    with pytest.raises(TooBusy):
        await database.fetch("SELECT pg_sleep(60)")

    assert (await whole_pool()).open == 1


async def test_sql_and_querysets_cannot_write_outside_of_a_transaction(outsider: asyncpg.Connection) -> None:
    with pytest.raises(TransactionMisused, match="Writes need a transaction"):
        await database.execute("INSERT INTO note VALUES (1)")
    with pytest.raises(TransactionMisused):
        await IdempotencyKey.filter(scope="a").delete()
    with pytest.raises(TransactionMisused):
        await IdempotencyKey.get_or_create(scope="a", key="b")
    assert await outsider.fetchval("SELECT count(*) FROM note") == 0


async def test_while_the_database_is_away_callers_are_told_and_then_served_again(connect: Connect, wire: Wire) -> None:
    await connect(database_url=wire.url)
    await asyncio.gather(*(database.fetch("SELECT 1") for _ in range(10)))

    await wire.cut()
    for _ in range(10):
        with pytest.raises(TooBusy):
            await database.fetch("SELECT 1")
    await wire.mend()

    assert await asyncio.gather(*(database.fetch_value("SELECT 1") for _ in range(10))) == [1] * 10
    await whole_pool()


async def test_connections_that_were_closed_meanwhile_are_replaced_without_a_word(
    connect: Connect, outsider: asyncpg.Connection
) -> None:
    await connect(pool_size=1)
    server_process = await database.fetch_value("SELECT pg_backend_pid()")

    await outsider.execute("SELECT pg_terminate_backend($1)", server_process)
    await until(lambda: database.pool_state().open == 0)

    assert await database.fetch_value("SELECT pg_backend_pid()") != server_process
    assert (await whole_pool()).open == 1


async def test_reads_that_the_server_throws_out_are_told_that_it_is_busy(
    connect: Connect, outsider: asyncpg.Connection
) -> None:
    await connect(pool_size=1)
    server_process = await database.fetch_value("SELECT pg_backend_pid()")
    read = asyncio.create_task(database.fetch("SELECT pg_sleep(60)"))
    await busy(outsider, server_process)

    await outsider.execute("SELECT pg_terminate_backend($1)", server_process)

    with pytest.raises(TooBusy):
        await read
    assert await database.fetch_value("SELECT pg_backend_pid()") != server_process


async def test_a_wrong_statement_costs_no_connection(connect: Connect) -> None:
    await connect(pool_size=1)
    server_process = await database.fetch_value("SELECT pg_backend_pid()")

    with pytest.raises(asyncpg.UndefinedTableError):
        await database.fetch("SELECT * FROM nowhere")

    assert await database.fetch_value("SELECT pg_backend_pid()") == server_process


async def test_nothing_can_be_asked_before_connecting_and_after_disconnecting(connect: Connect) -> None:
    await connect()
    await database.disconnect()

    assert not database.is_connected()
    with pytest.raises(RuntimeError, match="No database is connected"):
        await database.fetch("SELECT 1")
    await database.disconnect()


async def test_a_process_connects_once(connect: Connect, database_url: str) -> None:
    await connect()
    with pytest.raises(RuntimeError, match="connected already"):
        await database.connect(Settings(database_url=database_url))


async def test_a_wrong_address_shows_at_once(connect: Connect, wire: Wire) -> None:
    await wire.cut()
    with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
        await connect(database_url=wire.url)
    assert not database.is_connected()


async def test_disconnecting_waits_for_reads(connect: Connect, wire: Wire) -> None:
    await connect(database_url=wire.url)
    hold = wire.hold("SELECT 1")
    read = asyncio.create_task(database.fetch_value("SELECT 1"))
    await hold.reached()

    leaving = asyncio.create_task(database.disconnect())
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await database.fetch("SELECT 2")
    hold.let_go()

    assert await read == 1
    await leaving


async def test_disconnecting_sends_away_who_waits_in_line(connect: Connect, wire: Wire) -> None:
    await connect(database_url=wire.url, pool_size=1)
    hold = wire.hold("SELECT 1")
    read = asyncio.create_task(database.fetch_value("SELECT 1"))
    await hold.reached()
    in_line = asyncio.create_task(database.fetch("SELECT 2"))
    await until(lambda: database.pool_state().waiting == 1)

    leaving = asyncio.create_task(database.disconnect())
    await asyncio.sleep(0)
    hold.let_go()

    with pytest.raises(TooBusy):
        await in_line
    assert await read == 1
    await leaving


async def lose_all_connections(wire: Wire) -> None:
    """Break the line for a moment, so that the next caller has to open a connection."""
    await wire.cut()
    await wire.mend()
    await until(lambda: database.pool_state().open == 0)
