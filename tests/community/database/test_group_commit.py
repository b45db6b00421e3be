"""What several want at the same moment is one transaction, and nobody's problem is anybody else's."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from operator import itemgetter

import asyncpg
import pytest
from structlog.testing import capture_logs

from community import database
from community.database import group_commit
from community.database.failures import Outrun
from community.database.group_commit import AT_ONCE, MOST
from community.kernel import about
from community.kernel.errors import OutcomeUnknown, Problem, TooBusy
from tests.community.database.conftest import Connect, until, whole_pool
from tests.deadlines import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("outsider")

Note = tuple[int, str]


class Notes:
    """Writes notes, together where it can; notes are kept apart by their text, and go together by the sign of ids."""

    def __init__(self) -> None:
        self.tried: list[list[int]] = []
        self.requests: dict[int, str | None] = {}
        self.lock_timeouts: dict[int, str] = {}
        self.let_go = asyncio.Event()
        self.group = database.GroupCommit(self._write, apart=itemgetter(1), alike=lambda note: note[0] >= 0)
        self.fails: dict[int, Exception] = {}
        self.refuses: set[int] = set()

    @database.transaction()
    async def _write(self, notes: Sequence[Note]) -> list[int | Problem]:
        self.tried.append([number for number, _ in notes])
        if len(notes) == 1:
            self.requests[notes[0][0]] = about.known().get("request_id")
        self.lock_timeouts[len(notes)] = await database.fetch_value("show lock_timeout")
        await self.let_go.wait()
        for number, text in notes:
            if number not in self.refuses:
                await database.execute("insert into note values ($1, $2)", number, text)
            if number in self.fails:
                raise self.fails[number]
        return [Problem() if number in self.refuses else number * 10 for number, _ in notes]

    async def wanted(self, *notes: Note) -> list[asyncio.Task[int]]:
        """A caller for each, and all of them have come."""
        tasks = [asyncio.create_task(self.group.do(note)) for note in notes]
        await asyncio.sleep(0)  # each has taken its first step
        return tasks

    @asynccontextmanager
    async def crowded(self) -> AsyncIterator[None]:
        """As many are under way as may be, so that whoever comes has to gather. They go at the end."""
        tasks = await self.wanted(*[(1_000 + number, f"first {number}") for number in range(AT_ONCE)])
        await until(lambda: len(self.tried) == AT_ONCE)
        yield
        self.let_go.set()
        await asyncio.gather(*tasks)
        del self.tried[:AT_ONCE]


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notes]:
    """Patient: however slow this machine is, nobody is taken for stuck. In the end nobody is under way."""
    monkeypatch.setattr(group_commit, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    notes = Notes()
    yield notes
    notes.let_go.set()


async def written(outsider: asyncpg.Connection) -> list[int]:
    """What everybody can see, but for those who were in the way."""
    return [row["id"] for row in await outsider.fetch("select id from note where abs(id) < 1000 order by id")]


async def test_who_is_alone_goes_at_once(notes: Notes, outsider: asyncpg.Connection) -> None:
    notes.let_go.set()
    assert [await notes.group.do((1, "a")), await notes.group.do((2, "a"))] == [10, 20]
    assert (notes.tried, await written(outsider)) == ([[1], [2]], [1, 2])


async def test_who_comes_meanwhile_goes_together(notes: Notes, outsider: asyncpg.Connection) -> None:
    async with notes.crowded():
        tasks = await notes.wanted(*[(number, str(number)) for number in range(1, 6)])
    assert await asyncio.gather(*tasks) == [10, 20, 30, 40, 50]
    assert (notes.tried, await written(outsider)) == ([[1, 2, 3, 4, 5]], [1, 2, 3, 4, 5])
    await whole_pool()


async def test_one_after_the_other_where_they_are_kept_apart(notes: Notes) -> None:
    async with notes.crowded():
        tasks = await notes.wanted((1, "a"), (2, "a"), (3, "b"), (4, "a"))
    await asyncio.gather(*tasks)
    assert notes.tried == [[1, 3], [2], [4]]


async def test_those_who_are_not_alike_go_apart_in_their_order(notes: Notes) -> None:
    async with notes.crowded():
        tasks = await notes.wanted((1, "a"), (-2, "b"), (3, "b"), (4, "c"))
    await asyncio.gather(*tasks)
    assert sorted(notes.tried) == [[-2], [1, 4], [3]]
    assert notes.tried.index([-2]) < notes.tried.index([3])


async def test_a_group_has_a_limit(notes: Notes) -> None:
    async with notes.crowded():
        tasks = await notes.wanted(*[(number, str(number)) for number in range(1, MOST + 3)])
    await asyncio.gather(*tasks)
    assert sorted(map(len, notes.tried)) == [2, MOST]


async def test_who_fails_fails_alone(notes: Notes, outsider: asyncpg.Connection) -> None:
    notes.fails[2] = ValueError("not 2")
    with capture_logs() as logs:
        async with notes.crowded():
            tasks = await notes.wanted((1, "a"), (2, "b"), (3, "c"))
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [outcomes[0], str(outcomes[1]), outcomes[2]] == [10, "not 2", 30]
    assert [line["event"] for line in logs] == ["a group fell apart"]
    assert (sorted(map(len, notes.tried)), await written(outsider)) == ([1, 1, 1, 3], [1, 3])


async def test_who_is_refused_keeps_nobody_from_going_together(notes: Notes, outsider: asyncpg.Connection) -> None:
    notes.refuses = {2}
    async with notes.crowded():
        tasks = await notes.wanted((1, "a"), (2, "b"), (3, "c"))
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, Problem, int]
    assert (notes.tried, await written(outsider)) == ([[1, 2, 3]], [1, 3])


async def test_who_is_refused_alone_is_told_so(notes: Notes, outsider: asyncpg.Connection) -> None:
    notes.let_go.set()
    notes.refuses = {1}
    with pytest.raises(Problem):
        await notes.group.do((1, "a"))
    assert await written(outsider) == []


async def test_who_is_outrun_again_and_again_is_refused_alone(notes: Notes, outsider: asyncpg.Connection) -> None:
    notes.fails[2] = Outrun()
    async with notes.crowded():
        tasks = await notes.wanted((1, "a"), (2, "b"), (3, "c"))
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, TooBusy, int]
    assert await written(outsider) == [1, 3]


async def test_who_is_done_alone_in_the_end_is_done_for_the_own_request(notes: Notes) -> None:
    notes.fails[2] = ValueError("not 2")
    async with notes.crowded():
        tasks = []
        for number in (1, 2, 3):
            about.begin(f"request {number}")
            tasks += await notes.wanted((number, str(number)))
    await asyncio.gather(*tasks, return_exceptions=True)
    assert {number: notes.requests[number] for number in (1, 2, 3)} == {n: f"request {n}" for n in (1, 2, 3)}


async def test_where_nobody_knows_what_happened_nothing_is_done_again(notes: Notes) -> None:
    notes.fails[2] = OutcomeUnknown()
    async with notes.crowded():
        tasks = await notes.wanted((1, "a"), (2, "b"), (3, "c"))
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 3
    assert notes.tried == [[1, 2, 3]]


async def test_somebody_elses_lock_stops_only_who_needs_it(
    notes: Notes, outsider: asyncpg.Connection, connect: Connect
) -> None:
    await connect(lock_timeout_ms=100)
    async with outsider.transaction():
        await outsider.execute("insert into note values (2)")
        async with notes.crowded():
            tasks = await notes.wanted((1, "a"), (2, "b"), (3, "c"))
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == ["int", "TooBusy", "int"]
    assert await written(outsider) == [1, 2, 3]


@pytest.mark.parametrize(("alone", "together"), [(100, "100ms"), (500, "500ms"), (2_000, "500ms"), (0, "500ms")])
async def test_a_group_waits_for_a_lock_no_longer_than_who_is_alone(
    notes: Notes, connect: Connect, alone: int, together: str
) -> None:
    await connect(lock_timeout_ms=alone)
    async with notes.crowded():
        tasks = await notes.wanted((1, "a"), (2, "b"))
    await asyncio.gather(*tasks)
    assert notes.lock_timeouts == {1: {2_000: "2s", 0: "0"}.get(alone, f"{alone}ms"), 2: together}


async def test_who_waits_long_for_a_lock_is_not_waited_for(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "PATIENCE_SECONDS", 0)
    slow = await notes.wanted(*[(1_000 + number, f"first {number}") for number in range(AT_ONCE)])
    others = await notes.wanted((1, "a"), (2, "b"))
    await until(lambda: {1, 2} <= {*chain.from_iterable(notes.tried)})
    assert [task.done() for task in slow] == [False] * AT_ONCE
    notes.let_go.set()
    assert await asyncio.gather(*others) == [10, 20]
    await asyncio.gather(*slow)


async def test_who_is_under_way_is_not_met_by_a_group(notes: Notes) -> None:
    tasks = await notes.wanted((1, "a"), (2, "a"), (3, "b"), (4, "c"))
    await until(lambda: len(notes.tried) == AT_ONCE)
    assert notes.tried == [[1], [3]]
    notes.let_go.set()
    assert await asyncio.gather(*tasks) == [10, 20, 30, 40]


async def test_who_waits_for_a_lock_with_something_else_goes_alone(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "PATIENCE_SECONDS", 0)
    tasks = await notes.wanted(*enumerate("abacade"))
    await until(lambda: sum(map(len, notes.tried)) == len(tasks))
    assert sorted(each for each in notes.tried if {0, 2, 4} & {*each}) == [[0], [2], [4]]
    notes.let_go.set()
    assert await asyncio.gather(*tasks) == [0, 10, 20, 30, 40, 50, 60]


async def test_a_group_that_waits_for_a_lock_keeps_nobody_else_waiting_for_long(
    notes: Notes, outsider: asyncpg.Connection, connect: Connect
) -> None:
    await connect(lock_timeout_ms=60_000, statement_timeout_ms=60_000)
    async with outsider.transaction():
        await outsider.execute("insert into note values (2)")
        async with notes.crowded():
            tasks = await notes.wanted((1, "a"), (2, "b"), (3, "c"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await asyncio.gather(tasks[0], tasks[2]) == [10, 30]
        assert not tasks[1].done()
        await outsider.execute("delete from note where id = 2")
    assert await tasks[1] == 20
    assert await written(outsider) == [1, 2, 3]


async def test_who_leaves_while_waiting_wanted_nothing(notes: Notes, outsider: asyncpg.Connection) -> None:
    async with notes.crowded():
        tasks = await notes.wanted((1, "a"), (2, "b"))
        tasks[0].cancel()
        await asyncio.wait([tasks[0]])
    assert await tasks[1] == 20
    assert (notes.tried, await written(outsider)) == ([[2]], [2])


async def test_what_is_under_way_happens_whoever_leaves(notes: Notes, outsider: asyncpg.Connection) -> None:
    (alone,) = await notes.wanted((1, "a"))
    await until(lambda: notes.tried == [[1]])
    alone.cancel()
    notes.let_go.set()
    await asyncio.wait([alone])
    await database.drain()
    assert await written(outsider) == [1]
    await whole_pool()
    assert await notes.group.do((2, "a")) == 20


async def test_inside_a_transaction_it_is_a_part_of_that(notes: Notes, outsider: asyncpg.Connection) -> None:
    notes.let_go.set()

    @database.transaction()
    async def two() -> None:
        await notes.group.do((1, "a"))
        await notes.group.do((2, "b"))
        raise KeyError

    with pytest.raises(KeyError):
        await two()
    assert (notes.tried, await written(outsider)) == ([[1], [2]], [])
