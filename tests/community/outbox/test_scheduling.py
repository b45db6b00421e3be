"""Jobs are enqueued with their transaction and run by a worker; schedules come round; an orderly stop waits."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from community.database import TransactionMisused, transaction
from community.outbox import service as outbox
from tests.community.outbox.working import HASTY, declarations, deliveries, working
from tests.deadlines import eventually


@pytest.fixture(autouse=True)
def forgotten_afterwards() -> Iterator[None]:
    with declarations():
        yield


async def test_a_job_runs_with_its_arguments_after_the_commit(database: str):
    done: list[tuple[str, int]] = []

    @outbox.job("tests.greet")
    async def greet(name: str, times: int) -> None:
        done.append((name, times))

    @transaction()
    async def ask() -> None:
        await greet.enqueue(name="小明", times=2)
        await greet.enqueue(name="Ann", times=1)

    async with working(database):
        await ask()
        await eventually(lambda: has(len(done) == 2))
    assert sorted(done) == [("Ann", 1), ("小明", 2)]


async def test_a_job_goes_with_its_transaction(database: str):  # noqa: ARG001
    @outbox.job("tests.never")
    async def never() -> None:
        raise AssertionError

    @transaction()
    async def ask_and_fail() -> None:
        await never.enqueue()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ask_and_fail()
    assert await deliveries() == []
    with pytest.raises(TransactionMisused):
        await never.enqueue()


async def test_a_job_that_fails_is_tried_again_and_then_parked(database: str):
    attempts = 0

    @outbox.job("tests.fails", patience=HASTY)
    async def fails() -> None:
        nonlocal attempts
        attempts += 1
        raise ConnectionError

    @transaction()
    async def ask() -> None:
        await fails.enqueue()

    async with working(database):
        await ask()
        await eventually(lambda: is_queued("job:tests.fails", "failed"))
    assert attempts == 3


async def test_a_job_for_later_waits(database: str):
    done: list[str] = []

    @outbox.job("tests.note")
    async def note(what: str) -> None:
        done.append(what)

    @transaction()
    async def ask() -> None:
        await note.enqueue_in(timedelta(hours=1), what="later")
        await note.enqueue(what="now")

    async with working(database):
        await ask()
        await eventually(lambda: has(done))
    assert done == ["now"]
    assert await deliveries() == [("job:tests.note", "queued")]


async def test_an_orderly_stop_waits_for_what_is_running(database: str):
    started, may_finish, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @outbox.job("tests.slow")
    async def slow() -> None:
        started.set()
        await may_finish.wait()
        finished.set()

    @transaction()
    async def ask() -> None:
        await slow.enqueue()

    async def let_it_finish() -> None:
        await stopping.wait()
        may_finish.set()

    stopping = asyncio.Event()
    helper = asyncio.create_task(let_it_finish())
    async with working(database):
        await ask()
        await started.wait()
        stopping.set()
    await helper
    assert finished.is_set()
    assert await deliveries() == []


async def test_a_schedule_comes_round(database: str):
    rounds = 0

    @outbox.every("* * * * * *", name="tests.each_second")
    async def each_second() -> None:
        nonlocal rounds
        rounds += 1

    async with working(database):
        await eventually(lambda: has(rounds >= 1))


async def test_arguments_without_a_name_are_refused(database: str):  # noqa: ARG001
    @outbox.job("tests.greet")
    async def greet(name: str) -> None:
        raise AssertionError(name)

    @transaction()
    async def ask() -> None:
        await greet.enqueue("Ann")

    with pytest.raises(TypeError, match="by name"):
        await ask()


async def has(condition: object) -> object:
    return condition


async def is_queued(entrypoint: str, status: str) -> bool:
    return (entrypoint, status) in await deliveries()
