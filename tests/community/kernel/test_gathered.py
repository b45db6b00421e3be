"""Questions of many callers, put together while one is under way."""

import asyncio
from collections.abc import Sequence

import pytest

from community.kernel.gathered import Gathered


class Slow:
    """Doubles numbers, when it is let go; refuses 13."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.let_go = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.asked.append(list(numbers))
        await self.let_go.wait()
        if 13 in numbers:
            raise ValueError(13)
        return [number * 2 for number in numbers]


async def test_who_is_alone_is_asked_for_at_once():
    slow = Slow()
    slow.let_go.set()
    assert await Gathered(slow).answer(4) == 8
    assert slow.asked == [[4]]


async def test_who_comes_while_one_is_asked_for_is_asked_for_with_the_others():
    slow = Slow()
    gathered = Gathered(slow, most=3)
    answers = await everybody_waits(gathered, 1)
    answers += await everybody_waits(gathered, 2, 3, 4, 5)
    slow.let_go.set()
    assert await asyncio.gather(*answers) == [2, 4, 6, 8, 10]
    assert slow.asked == [[1], [2, 3, 4], [5]]


async def test_who_leaves_takes_nobody_along():
    slow = Slow()
    gathered = Gathered(slow)
    first, second, third = await everybody_waits(gathered, 1, 2, 3)
    first.cancel()
    slow.let_go.set()
    assert await asyncio.gather(second, third) == [4, 6]
    assert await gathered.answer(7) == 14


async def test_a_failure_is_told_to_those_it_met_and_to_nobody_else():
    slow = Slow()
    gathered = Gathered(slow)
    unlucky = await everybody_waits(gathered, 13)
    others = await everybody_waits(gathered, 1, 2)
    slow.let_go.set()
    with pytest.raises(ValueError, match="13"):
        await unlucky[0]
    assert await asyncio.gather(*others) == [2, 4]


async def everybody_waits(gathered: Gathered[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    """A caller for each number, and all of them wait."""
    tasks = [asyncio.create_task(gathered.answer(number)) for number in numbers]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks
