"""What is waited for together begins in one turn of the event loop, each in one task and one context."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextvars import ContextVar
from itertools import product
from typing import Any

import pytest
from graphql import build_schema

from schema.execution.executor import Executor
from tests.schema.execution.asking import read

SCHEMA = build_schema("type Query { a: Int b: Int c: Int }")
DOCUMENT, OPERATION = read(SCHEMA, "{ a b c }")
Resolve = Callable[[str], Coroutine[Any, Any, int]]


async def run(resolve: Resolve, executor: Executor | None = None) -> Any:
    """All three fields resolved by one function of their name."""
    root = {name: lambda _info, name=name: resolve(name) for name in "abc"}
    return await (executor or Executor(SCHEMA)).run(DOCUMENT, OPERATION, {}, None, root)


async def pauses(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def test_those_who_ask_in_the_same_turn_meet_whoever_has_waited_before() -> None:
    executor, loop = Executor(SCHEMA), asyncio.get_running_loop()
    for late in product((True, False), repeat=3):
        met: list[set[str]] = [set()]

        async def resolve(name: str, late: Iterable[bool] = late, met: list[set[str]] = met) -> int:
            if not met[-1]:
                loop.call_soon(met.append, set())
            met[-1].add(name)
            await pauses(dict(zip("abc", late, strict=True))[name])
            return 1

        result = await run(resolve, executor)
        assert result.data == {"a": 1, "b": 1, "c": 1}
        assert met[0] == {"a", "b", "c"}


async def test_each_is_in_one_task_from_beginning_to_end() -> None:
    tasks: list[Any] = []

    async def resolve(_name: str) -> int:
        begun = asyncio.current_task()
        await pauses(2)
        assert asyncio.current_task() is begun
        async with asyncio.timeout(60):
            await pauses(1)
        tasks.append(begun)
        return 1

    assert (await run(resolve)).errors is None
    assert len({*map(id, tasks)}) == 3


async def test_what_one_puts_into_its_context_is_seen_by_no_other() -> None:
    whose: ContextVar[str] = ContextVar("whose", default="nobody's")

    async def resolve(name: str) -> int:
        assert whose.get() == "nobody's"
        token = whose.set(name)
        await pauses(2)
        assert whose.get() == name
        whose.reset(token)
        return 1

    assert (await run(resolve)).errors is None


async def test_one_that_fails_leaves_the_others_alone() -> None:
    for late in product((0, 1), repeat=3):

        async def resolve(name: str, late: Iterable[int] = late) -> int:
            await pauses(dict(zip("abc", late, strict=True))[name])
            if name == "b":
                raise ValueError("no b")
            return 1

        result = await run(resolve)
        assert (result.data, [error.path for error in result.errors]) == ({"a": 1, "b": None, "c": 1}, [["b"]])


async def test_an_operation_that_is_cancelled_at_once_leaves_nothing_waiting() -> None:
    left: list[str] = []

    async def resolve(name: str) -> int:
        try:
            await asyncio.Event().wait()
        finally:
            left.append(name)
        return 1

    task = asyncio.create_task(run(resolve))
    asyncio.get_running_loop().call_soon(task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(left) == ["a", "b", "c"]
