"""What goes ahead of a statement happens before it, fails with it, and leaves no connection in doubt."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from community import database
from community.database import TransactionMisused, connections
from community.database.pool import the_pool
from community.kernel.errors import OutcomeUnknown, TooBusy
from tests.community.database.conftest import Connect, whole_pool
from tests.community.database.wire import Wire

pytestmark = pytest.mark.usefixtures("outsider")

INSERT = "INSERT INTO note SELECT $1::text::int, $2::text"
COUNT = "SELECT count(*) FROM note"
NOTE = "id int, text text"


@database.transaction()
async def within(body: Callable[[], Awaitable[object]]) -> object:
    """Run anything as one transaction."""
    return await body()


async def notes(outsider: asyncpg.Connection) -> list[int]:
    """The notes that everybody can see."""
    return [row["id"] for row in await outsider.fetch("SELECT id FROM note ORDER BY id")]


async def test_the_next_statement_finds_it_done() -> None:
    async def send_and_look() -> object:
        await database.send(INSERT, "1", "a")
        await database.send(INSERT, "2", "#旅行")
        return await database.fetch_value("SELECT array_agg(text ORDER BY id) FROM note")

    with database.counting_statements() as counted:
        assert await within(send_and_look) == ["a", "#旅行"]
    assert (counted.statements[:2], counted.control) == ([INSERT, INSERT], ["BEGIN READ WRITE", "COMMIT"])


async def test_it_happens_though_nothing_follows_but_the_commit(outsider: asyncpg.Connection) -> None:
    await within(lambda: database.send(INSERT, "1", ""))
    await within(lambda: database.send(INSERT, "2", ""))

    assert await notes(outsider) == [1, 2]
    await whole_pool()


async def test_what_is_long_arrives_whole(outsider: asyncpg.Connection) -> None:
    text = "長" * 100_000

    await within(lambda: database.send(INSERT, "1", text))

    assert await outsider.fetchval("SELECT text FROM note") == text


async def test_if_it_fails_so_does_the_next_statement(connect: Connect, outsider: asyncpg.Connection) -> None:
    async def send_twice_and_look() -> None:
        await database.send(INSERT, "1", "")
        await database.send(INSERT, "1", "the same")
        await database.fetch(COUNT)

    await connect(pool_size=1)
    with pytest.raises(asyncpg.UniqueViolationError):
        await within(send_twice_and_look)

    assert await notes(outsider) == []
    assert await within(lambda: database.fetch_value(COUNT)) == 0
    await whole_pool()


async def test_if_it_fails_a_statement_without_arguments_is_told(outsider: asyncpg.Connection) -> None:
    async def send_twice_and_go_on() -> None:
        await database.send(INSERT, "1", "")
        await database.send(INSERT, "1", "the same")
        await database.execute("DELETE FROM note")

    with pytest.raises(asyncpg.UniqueViolationError):
        await within(send_twice_and_go_on)
    assert await notes(outsider) == []


async def test_if_it_fails_there_is_no_commit(connect: Connect, outsider: asyncpg.Connection) -> None:
    async def send_twice() -> None:
        await database.send(INSERT, "1", "")
        await database.send(INSERT, "1", "the same")

    await connect(pool_size=1)
    with pytest.raises(asyncpg.UniqueViolationError):
        await within(send_twice)

    assert await notes(outsider) == []
    assert await within(lambda: database.fetch_value(COUNT)) == 0
    await whole_pool()


async def test_a_verb_that_fails_after_it_has_not_happened(connect: Connect, outsider: asyncpg.Connection) -> None:
    async def send_and_regret() -> None:
        await database.send(INSERT, "1", "")
        raise ZeroDivisionError

    await connect(pool_size=1)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await within(send_and_regret)

    assert await notes(outsider) == []
    assert (await whole_pool()).open == 1


async def test_a_statement_that_never_left_takes_the_connection_with_it(
    connect: Connect, outsider: asyncpg.Connection
) -> None:
    async def send_and_say_what_cannot_be_said() -> None:
        await database.send(INSERT, "1", "")
        await database.fetch("SELECT $1::int", "no number")

    await connect(pool_size=1)
    with pytest.raises(asyncpg.DataError):
        await within(send_and_say_what_cannot_be_said)

    assert await notes(outsider) == []
    await within(lambda: database.send(INSERT, "2", ""))
    assert await notes(outsider) == [2]
    await whole_pool()


async def test_a_commit_that_carries_it_has_an_unknown_outcome_if_nobody_answers(
    connect: Connect, wire: Wire, outsider: asyncpg.Connection
) -> None:
    await connect(database_url=wire.url, pool_size=1)
    await within(lambda: database.send(INSERT, "1", ""))
    wire.lose_answer_to("second")

    with pytest.raises(OutcomeUnknown):
        await within(lambda: database.send(INSERT, "2", "second"))

    assert await notes(outsider) == [1, 2]
    await whole_pool()


async def test_a_socket_that_is_gone_by_now_means_busy(connect: Connect, outsider: asyncpg.Connection) -> None:
    async def lose_the_socket_and_send() -> None:
        (connection,) = the_pool()._lent
        connection._transport.close()
        assert connection.is_closed()
        await database.send(INSERT, "2", "")

    await connect(pool_size=1)
    await within(lambda: database.send(INSERT, "1", ""))
    with pytest.raises(TooBusy):
        await within(lose_the_socket_and_send)

    assert await notes(outsider) == [1]
    await whole_pool()


async def test_rows_of_several_statements_are_sent_as_one_and_what_has_none_is_no_part_of_it(
    outsider: asyncpg.Connection,
) -> None:
    writes = {
        database.into("note", NOTE): [{"id": 2, "text": "new"}],
        database.Writing("UPDATE note SET text = rows.text FROM {rows} WHERE note.id = rows.id", NOTE): [
            {"id": 1, "text": "changed"}
        ],
        database.Writing("DELETE FROM note USING {rows} WHERE note.id = rows.id", NOTE): [],
    }
    await within(lambda: database.send(INSERT, "1", "a"))

    with database.counting_statements() as counted:
        await within(lambda: database.send_rows(writes))

    assert (counted.count, "DELETE" in counted.statements[0]) == (1, False)
    found = await outsider.fetch("SELECT id, text FROM note ORDER BY id")
    assert [tuple(row) for row in found] == [(1, "changed"), (2, "new")]


async def test_no_rows_at_all_are_no_statement() -> None:
    with database.counting_statements() as counted:
        await within(lambda: database.send_rows({database.into("note", NOTE): []}))
    assert counted.count == 0


async def test_who_finds_a_free_key_taken_looks_again(outsider: asyncpg.Connection) -> None:
    found: list[object] = []

    async def take() -> None:
        found.append(await database.fetch_value(COUNT))
        if len(found) == 1:
            await outsider.execute("INSERT INTO note VALUES (1)")
        database.look_again_if_taken("note_pkey")
        await database.send(INSERT, str(len(found)), "mine")

    await within(take)

    assert (found, await notes(outsider)) == ([0, 1], [1, 2])
    await whole_pool()


async def test_who_finds_it_taken_by_the_next_statement_looks_again_too(outsider: asyncpg.Connection) -> None:
    attempts: list[int] = []

    async def take_and_look() -> object:
        attempts.append(len(attempts) + 1)
        database.look_again_if_taken("note_pkey")
        await database.send(INSERT, str(attempts[-1]), "mine")
        return await database.fetch_value(COUNT)

    await outsider.execute("INSERT INTO note VALUES (1)")
    assert await within(take_and_look) == 2
    assert attempts == [1, 2]


async def test_a_verb_that_asks_nothing_costs_nothing() -> None:
    async def nothing() -> None: ...

    with database.counting_statements() as counted:
        await within(nothing)
    assert (counted.statements, counted.control) == ([], [])


async def test_what_returns_rows_is_asked_and_not_sent() -> None:
    with pytest.raises(TransactionMisused):
        await within(lambda: database.send(COUNT))
    await whole_pool()


async def test_it_needs_a_transaction() -> None:
    with pytest.raises(TransactionMisused):
        await database.send(INSERT, "1", "")


async def test_a_connection_keeps_so_many_prepared_and_no_more(
    connect: Connect, outsider: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_NAMED", 2)
    await connect(pool_size=1)

    for number in range(7):
        await within(lambda number=number: database.send(f"INSERT INTO note SELECT {number}"))  # type: ignore[misc]

    assert await notes(outsider) == list(range(7))
