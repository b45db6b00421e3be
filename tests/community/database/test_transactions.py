"""A verb happens once and whole, whoever hangs up, times out, collides or loses the line meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from community import database
from community.database import RolledBack, TransactionMisused, lifecycle, pool
from community.database.verbs import MAX_ATTEMPTS
from community.idempotency.models import IdempotencyKey
from community.kernel import clock
from community.kernel.errors import OutcomeUnknown, Problem, TooBusy
from tests.community.database.conftest import Connect, is_served, until, whole_pool
from tests.community.database.wire import Wire
from tests.deadlines import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.usefixtures("outsider")


@dataclass
class Unwanted(Problem):
    """Nobody wants this note."""

    message = "Not this one."


@database.transaction()
async def write(number: int, text: str = "") -> int:
    """Write a note."""
    await database.execute("INSERT INTO note VALUES ($1, $2)", number, text)
    return number


@database.transaction()
async def write_and_regret(number: int) -> None:
    """Write a note and refuse it."""
    await write(number)
    raise Unwanted


@database.transaction()
async def within(body: Callable[[], Awaitable[object]]) -> object:
    """Run anything as one transaction."""
    return await body()


async def notes(outsider: asyncpg.Connection) -> list[int]:
    """The notes that everybody can see."""
    return [row["id"] for row in await outsider.fetch("SELECT id FROM note ORDER BY id")]


class TestAsAWhole:
    async def test_a_verb_returns_its_result_and_its_writes_are_there(self, outsider: asyncpg.Connection) -> None:
        assert await write(1, text="a") == 1
        assert await notes(outsider) == [1]

    async def test_a_failing_verb_writes_nothing(self, outsider: asyncpg.Connection) -> None:
        with pytest.raises(Unwanted):
            await write_and_regret(1)
        assert await notes(outsider) == []
        await whole_pool()

    async def test_a_verb_keeps_its_name_and_its_words(self) -> None:
        assert (write.__name__, write.__doc__) == ("write", "Write a note.")

    async def test_a_verb_called_by_a_verb_joins_its_transaction(self, outsider: asyncpg.Connection) -> None:
        async def two() -> None:
            await write(1)
            assert await notes(outsider) == []
            await write(2)

        with database.counting_statements() as counted:
            await within(two)

        assert await notes(outsider) == [1, 2]
        assert (counted.count, len(counted.control)) == (2, 2)

    async def test_querysets_and_sql_share_the_transaction(self, outsider: asyncpg.Connection) -> None:
        async def both() -> None:
            await write(1)
            await a_key("mine")
            assert await database.fetch_value("SELECT count(*) FROM idempotency_key") == 1
            raise Unwanted

        with pytest.raises(Unwanted):
            await within(both)
        assert await IdempotencyKey.all().count() == 0
        assert await notes(outsider) == []

    async def test_a_savepoint_of_the_orm_fails_alone(self) -> None:
        async def twice() -> int:
            key = await a_key("mine")
            with pytest.raises(IntegrityError):
                async with in_transaction():
                    await IdempotencyKey.bulk_create([key])
            return await IdempotencyKey.all().count()

        assert await within(twice) == 1
        assert await IdempotencyKey.all().count() == 1


class TestSwallowedFailures:
    async def test_a_verb_that_swallows_a_failed_statement_is_not_taken_for_done(
        self, outsider: asyncpg.Connection
    ) -> None:
        async def swallow() -> str:
            await write(1)
            try:
                await database.execute("INSERT INTO note VALUES (1)")
            except asyncpg.UniqueViolationError:
                return "done"
            return "impossible"

        with pytest.raises(RolledBack, match="A statement failed"):
            await within(swallow)
        assert await notes(outsider) == []
        await whole_pool()

    async def test_a_verb_that_swallows_a_failed_verb_is_not_taken_for_done(self, outsider: asyncpg.Connection) -> None:
        async def swallow() -> None:
            with pytest.raises(Unwanted):
                await write_and_regret(1)

        with pytest.raises(RolledBack, match="A verb inside this one failed"):
            await within(swallow)
        assert await notes(outsider) == []

    async def test_a_timeout_inside_a_verb_undoes_it(self, outsider: asyncpg.Connection) -> None:
        async def impatient() -> None:
            await write(1)
            async with asyncio.timeout(0.02):
                await database.execute("SELECT pg_sleep(60)")

        with pytest.raises(TimeoutError):
            await within(impatient)
        assert await notes(outsider) == []
        await whole_pool()


class TestHangingUp:
    @pytest.mark.parametrize("moment", ["BEGIN", "INSERT", "COMMIT"])
    async def test_a_write_whose_caller_leaves_is_finished(
        self, connect: Connect, wire: Wire, outsider: asyncpg.Connection, moment: str
    ) -> None:
        await connect(database_url=wire.url, pool_size=1)
        hold = wire.hold(moment)
        caller = asyncio.create_task(write(1))
        await hold.reached()

        caller.cancel()
        await asyncio.wait([caller])
        assert caller.cancelled()
        hold.let_go()
        await database.drain()

        assert await notes(outsider) == [1]
        assert (await whole_pool()).open == 1

    async def test_a_write_whose_caller_is_out_of_time_is_finished(
        self, connect: Connect, wire: Wire, outsider: asyncpg.Connection
    ) -> None:
        await connect(database_url=wire.url, pool_size=1)
        hold = wire.hold("INSERT")

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await write(1)
        hold.let_go()
        await database.drain()

        assert await notes(outsider) == [1]
        await whole_pool()

    async def test_a_write_whose_caller_leaves_while_it_waits_for_a_connection_never_begins(
        self, connect: Connect, wire: Wire, outsider: asyncpg.Connection
    ) -> None:
        await connect(database_url=wire.url, pool_size=1)
        hold = wire.hold("INSERT")
        first = asyncio.create_task(write(1))
        await hold.reached()
        second = asyncio.create_task(write(2))
        await until(lambda: database.pool_state().waiting == 1)

        second.cancel()
        hold.let_go()
        await first
        await database.drain()

        assert second.cancelled()
        assert await notes(outsider) == [1]
        await whole_pool()

    async def test_a_failure_that_nobody_waits_for_is_a_line_in_the_log(
        self, connect: Connect, wire: Wire, outsider: asyncpg.Connection
    ) -> None:
        await connect(database_url=wire.url, pool_size=1)
        await outsider.execute("INSERT INTO note VALUES (1)")
        unheard: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: unheard.append(context))
        hold = wire.hold("INSERT")
        caller = asyncio.create_task(write(1))
        await hold.reached()

        caller.cancel()
        await asyncio.wait([caller])
        hold.let_go()
        with capture_logs() as logged:
            await database.drain()

        loop.set_exception_handler(None)
        assert unheard == []
        assert [line["event"] for line in logged] == ["write failed, its caller had left"]
        await whole_pool()

    async def test_leaving_waits_for_writes_and_lets_nobody_begin_another(
        self, connect: Connect, wire: Wire, outsider: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pool, "CLOSE_SECONDS", 0.0)
        await connect(database_url=wire.url)
        hold = wire.hold("INSERT")
        caller = asyncio.create_task(write(1))
        await hold.reached()
        caller.cancel()

        leaving = asyncio.create_task(database.disconnect())
        await asyncio.sleep(0)
        with pytest.raises(TooBusy):
            await write(2)
        assert not leaving.done()
        hold.let_go()
        await leaving

        assert await notes(outsider) == [1]


class TestCollisions:
    async def test_a_serialization_failure_is_tried_again(self, outsider: asyncpg.Connection) -> None:
        await write(1, text="old")
        seen: list[str] = []

        async def collide() -> None:
            await database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            seen.append(await database.fetch_value("SELECT text FROM note WHERE id = 1"))
            if len(seen) == 1:
                await outsider.execute("UPDATE note SET text = 'theirs' WHERE id = 1")
            await database.execute("UPDATE note SET text = text || ' and mine' WHERE id = 1")

        await within(collide)

        assert seen == ["old", "theirs"]
        assert await outsider.fetchval("SELECT text FROM note") == "theirs and mine"

    async def test_a_deadlock_is_tried_again(self, outsider: asyncpg.Connection) -> None:
        await write(1)
        await write(2)
        meeting = asyncio.Barrier(2)
        attempts: list[int] = []

        @database.transaction()
        async def touch(first: int, second: int) -> None:
            attempts.append(first)
            await database.execute("SET LOCAL deadlock_timeout = '20ms'")
            await database.execute("UPDATE note SET text = text || 'x' WHERE id = $1", first)
            if len(attempts) <= 2:
                await meeting.wait()
            await database.execute("UPDATE note SET text = text || 'x' WHERE id = $1", second)

        await asyncio.gather(touch(1, 2), touch(2, 1))

        assert len(attempts) >= 3
        assert await outsider.fetch("SELECT text FROM note") == [("xx",), ("xx",)]

    async def test_a_plan_made_before_a_migration_is_made_again(
        self, connect: Connect, outsider: asyncpg.Connection
    ) -> None:
        await connect(pool_size=1)

        async def read() -> object:
            return await database.fetch("SELECT * FROM note")

        await write(1)
        await within(read)
        await outsider.execute("ALTER TABLE note ADD COLUMN colour text DEFAULT 'red'")

        assert await within(read) == [(1, "", "red")]

    async def test_a_collision_that_does_not_end_is_given_up(self) -> None:
        attempts: list[int] = []

        async def collide() -> None:
            attempts.append(len(attempts))
            await database.execute("DO $$ BEGIN RAISE EXCEPTION 'collision' USING ERRCODE = '40001'; END $$")

        with pytest.raises(TooBusy):
            await within(collide)

        assert len(attempts) == MAX_ATTEMPTS
        await whole_pool()

    async def test_a_collision_found_by_commit_is_tried_again(self, outsider: asyncpg.Connection) -> None:
        await outsider.execute("INSERT INTO note VALUES (1, ''), (2, '')")
        attempts: list[int] = []
        meeting = asyncio.Barrier(2)

        @database.transaction()
        async def copy(source: int, target: int) -> None:
            attempts.append(target)
            await database.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            text = await database.fetch_value("SELECT text FROM note WHERE id = $1", source)
            await database.execute("UPDATE note SET text = $2 || $1 WHERE id = $1", target, text)
            if len(attempts) <= 2:
                await meeting.wait()

        await asyncio.gather(copy(1, 2), copy(2, 1))

        assert len(attempts) >= 3
        await whole_pool()

    async def test_waiting_too_long_for_a_lock_is_told_as_busy(
        self, connect: Connect, outsider: asyncpg.Connection
    ) -> None:
        await connect(lock_timeout_ms=30)
        async with outsider.transaction():
            await outsider.execute("LOCK TABLE note")
            with pytest.raises(TooBusy):
                await write(1)
        assert await notes(outsider) == []
        await whole_pool()


class TestBadLines:
    async def test_a_commit_without_an_answer_has_an_unknown_outcome_and_is_not_repeated(
        self, connect: Connect, wire: Wire, outsider: asyncpg.Connection
    ) -> None:
        await connect(database_url=wire.url, pool_size=1)
        wire.lose_answer_to("COMMIT")

        with pytest.raises(OutcomeUnknown):
            await write(1)

        assert await notes(outsider) == [1]
        assert await write(2) == 2
        assert (await whole_pool()).open == 1

    async def test_a_commit_that_the_server_gives_up_has_written_nothing(self, outsider: asyncpg.Connection) -> None:
        await outsider.execute(
            "CREATE FUNCTION pg_temp.dawdle() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$"
        )
        await outsider.execute(
            "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.dawdle()"
        )
        writing = asyncio.create_task(write(1))

        committing = "FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await outsider.fetchval(f"SELECT pg_cancel_backend(pid) {committing}"):
                pass

        with pytest.raises(TooBusy):
            await writing
        assert await notes(outsider) == []
        await whole_pool()

    async def test_a_commit_that_breaks_a_rule_of_the_database_says_which(self, outsider: asyncpg.Connection) -> None:
        await outsider.execute("ALTER TABLE note ADD UNIQUE (text) DEFERRABLE INITIALLY DEFERRED")
        await write(1, text="a")

        with pytest.raises(asyncpg.UniqueViolationError, match="note_text_key"):
            await write(2, text="a")

        assert await notes(outsider) == [1]
        await whole_pool()

    @pytest.mark.parametrize("moment", ["BEGIN", "INSERT"])
    async def test_a_line_that_breaks_before_commit_leaves_nothing(
        self, connect: Connect, wire: Wire, outsider: asyncpg.Connection, moment: str
    ) -> None:
        await connect(database_url=wire.url, pool_size=1)
        wire.lose_answer_to(moment)

        with pytest.raises(TooBusy):
            await write(1)

        assert await notes(outsider) == []
        assert await write(2) == 2
        await whole_pool()

    async def test_a_connection_that_cannot_roll_back_is_thrown_away(
        self, connect: Connect, wire: Wire, outsider: asyncpg.Connection
    ) -> None:
        await connect(database_url=wire.url, pool_size=1)
        wire.lose_answer_to("ROLLBACK")

        with pytest.raises(Unwanted):
            await write_and_regret(1)

        assert await write(2) == 2
        assert await notes(outsider) == [2]
        await whole_pool()

    @pytest.mark.parametrize(
        ("moment", "told"),
        [("BEGIN", TooBusy), ("INSERT", TooBusy), ("COMMIT", OutcomeUnknown), ("ROLLBACK", Unwanted)],
    )
    async def test_a_server_that_never_answers_keeps_neither_caller_nor_connection(
        self, connect: Connect, wire: Wire, monkeypatch: pytest.MonkeyPatch, moment: str, told: type[Exception]
    ) -> None:
        monkeypatch.setattr(lifecycle, "GRACE_SECONDS", 0.0)
        await connect(database_url=wire.url, pool_size=1, statement_timeout_ms=200, pool_acquire_seconds=1.0)
        wire.hold(moment)

        with pytest.raises(told):
            await (write_and_regret(1) if told is Unwanted else write(1))

        await eventually(is_served)
        await whole_pool()

    async def test_a_verb_that_idles_too_long_is_thrown_out(
        self, connect: Connect, outsider: asyncpg.Connection
    ) -> None:
        await connect(pool_size=1, idle_in_transaction_timeout_ms=20)

        async def dawdle() -> None:
            server_process = await database.fetch_value("SELECT pg_backend_pid()")
            while await outsider.fetchval("SELECT 1 FROM pg_stat_activity WHERE pid = $1", server_process):
                pass
            await write(1)

        with pytest.raises(TooBusy):
            await within(dawdle)
        assert await notes(outsider) == []
        await whole_pool()

    async def test_while_the_database_is_away_writes_are_told_and_then_done(
        self, connect: Connect, wire: Wire, outsider: asyncpg.Connection
    ) -> None:
        await connect(database_url=wire.url)
        await write(1)

        await wire.cut()
        with pytest.raises(TooBusy):
            await write(2)
        await wire.mend()

        await write(3)
        assert await notes(outsider) == [1, 3]


class TestTasksInside:
    async def test_a_task_that_outlives_the_transaction_it_was_started_in_fails_loudly(
        self, outsider: asyncpg.Connection
    ) -> None:
        over = asyncio.Event()

        async def late(ask: Callable[[], Awaitable[object]]) -> object:
            await over.wait()
            return await ask()

        async def start() -> list[asyncio.Task[object]]:
            asks = (lambda: database.fetch("SELECT 1"), lambda: IdempotencyKey.all().count(), lambda: write(1), mark)
            return [asyncio.create_task(late(ask)) for ask in asks]

        async def mark() -> None:
            database.after_commit(over.clear)

        tasks = await within(start)
        over.set()

        assert isinstance(tasks, list)
        for task in tasks:
            with pytest.raises(TransactionMisused):
                await task
        assert await notes(outsider) == []

    async def test_a_task_started_inside_a_transaction_cannot_run_a_verb(self, outsider: asyncpg.Connection) -> None:
        async def delegate() -> None:
            await asyncio.create_task(write(1))

        with pytest.raises(TransactionMisused):
            await within(delegate)
        assert await notes(outsider) == []

    async def test_statements_of_tasks_inside_take_turns(self) -> None:
        async def together() -> list[int]:
            return await asyncio.gather(*(database.fetch_value("SELECT $1::int", n) for n in range(5)))

        assert await within(together) == [0, 1, 2, 3, 4]


@database.transaction()
async def lane() -> int:
    """The lane of a transaction of its own."""
    return database.lane()


class TestLanes:
    async def test_whoever_is_alone_has_always_the_same(self) -> None:
        async def regret() -> None:
            database.lane()
            raise Unwanted

        first = await lane()
        with pytest.raises(Unwanted):
            await within(regret)
        assert await lane() == first

    async def test_those_who_are_open_at_once_have_neighbouring_ones(self) -> None:
        everybody_has_one = asyncio.Barrier(3)

        async def keep_it() -> int:
            own = database.lane()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await everybody_has_one.wait()
            return own

        first = await lane()
        lanes = await asyncio.gather(*(within(keep_it) for _ in range(3)))
        assert sorted(lanes) == [first, first + 1, first + 2]

    async def test_it_needs_a_transaction(self) -> None:
        with pytest.raises(TransactionMisused):
            database.lane()


class TestAfterCommit:
    async def test_what_waits_for_the_commit_finds_it_done(self) -> None:
        called: list[str] = []

        async def announce() -> None:
            database.after_commit(lambda: called.append("first"))
            database.after_commit(lambda: called.append("second"))
            await write(1)
            assert called == []

        await within(announce)

        assert called == ["first", "second"]

    async def test_what_waits_for_a_commit_that_never_comes_is_forgotten(self) -> None:
        called: list[int] = []
        attempts: list[int] = []

        async def announce() -> None:
            attempts.append(1)
            database.after_commit(lambda: called.append(len(attempts)))
            if len(attempts) == 1:
                await database.execute("DO $$ BEGIN RAISE EXCEPTION 'collision' USING ERRCODE = '40001'; END $$")

        async def announce_and_regret() -> None:
            database.after_commit(lambda: called.append(0))
            raise Unwanted

        await within(announce)
        with pytest.raises(Unwanted):
            await within(announce_and_regret)

        assert called == [2]

    async def test_it_runs_also_for_a_caller_who_left(self, connect: Connect, wire: Wire) -> None:
        await connect(database_url=wire.url)
        called: list[str] = []

        async def announce() -> None:
            await write(1)
            database.after_commit(lambda: called.append("told"))

        hold = wire.hold("COMMIT")
        caller = asyncio.create_task(within(announce))
        await hold.reached()
        caller.cancel()
        hold.let_go()
        await database.drain()

        assert called == ["told"]

    async def test_its_failure_is_not_the_verbs(self) -> None:
        called: list[str] = []

        async def announce() -> str:
            database.after_commit(lambda: 1 / 0)
            database.after_commit(lambda: called.append("told"))
            return "done"

        assert await within(announce) == "done"
        assert called == ["told"]

    async def test_it_may_start_tasks_which_are_outside_of_the_transaction(self) -> None:
        started: list[asyncio.Task[object]] = []

        async def announce() -> None:
            database.after_commit(lambda: started.append(asyncio.create_task(database.fetch_value("SELECT 1"))))

        await within(announce)

        assert await started[0] == 1

    async def test_it_needs_a_transaction(self) -> None:
        with pytest.raises(TransactionMisused):
            database.after_commit(print)


async def a_key(key: str) -> IdempotencyKey:
    """A row written by the ORM."""
    return await IdempotencyKey.create(
        id=uuid4(), scope="test", key=key, fingerprint=b"", result={}, created_at=clock.now()
    )


class TestWhatIsWrittenLast:
    NOTES = database.into("note", "id int, text text")
    CORRECTIONS = database.Writing(
        "UPDATE note SET text = rows.text FROM {rows} WHERE note.id = rows.id", "id int, text text"
    )

    async def test_all_of_it_is_one_statement_at_the_end(self, outsider: asyncpg.Connection) -> None:
        async def leave() -> None:
            await write(1, "first")
            database.write_last(self.NOTES, [{"id": 2, "text": "a"}])
            database.write_last(self.CORRECTIONS, [{"id": 1, "text": "corrected"}])
            database.write_last(self.NOTES, [{"id": 3, "text": "b"}])
            assert await database.fetch_value("SELECT count(*) FROM note") == 1

        with database.counting_statements() as counted:
            await within(leave)
        assert counted.count == 3
        rows = await outsider.fetch("SELECT id, text FROM note ORDER BY id")
        assert [tuple(row) for row in rows] == [(1, "corrected"), (2, "a"), (3, "b")]

    async def test_who_has_to_read_it_lets_it_be_written_before(self) -> None:
        async def leave_and_look() -> object:
            database.write_last(self.NOTES, [{"id": 2, "text": "a"}])
            await database.write_what_waits()
            return await database.fetch_value("SELECT count(*) FROM note")

        with database.counting_statements() as counted:
            assert await within(leave_and_look) == 1
        assert counted.count == 2

    async def test_nothing_is_left_of_a_verb_that_fails(self, outsider: asyncpg.Connection) -> None:
        async def leave_and_regret() -> None:
            database.write_last(self.NOTES, [{"id": 2, "text": "a"}])
            raise Unwanted

        with pytest.raises(Unwanted):
            await within(leave_and_regret)
        assert await notes(outsider) == []

    async def test_a_verb_whose_last_write_fails_has_not_happened(self, outsider: asyncpg.Connection) -> None:
        async def leave_twice() -> None:
            await write(1)
            database.write_last(self.NOTES, [{"id": 1, "text": "the same"}])

        with pytest.raises(asyncpg.UniqueViolationError):
            await within(leave_twice)
        assert await notes(outsider) == []
        await whole_pool()

    async def test_it_needs_a_transaction(self) -> None:
        with pytest.raises(TransactionMisused):
            database.write_last(self.NOTES, [{"id": 2, "text": "a"}])
