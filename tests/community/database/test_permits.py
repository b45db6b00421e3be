"""Permits are handed over in order, and none is lost with somebody who leaves."""

import asyncio

import pytest

from community.database.permits import Permits


async def settled() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_who_finds_none_waits_for_their_turn() -> None:
    permits, order = Permits(1), list[int]()

    async def take(number: int) -> None:
        await permits.take()
        order.append(number)

    assert permits.take_at_once()
    assert not permits.take_at_once()
    waiting = [asyncio.create_task(take(number)) for number in range(3)]
    await settled()
    assert order == []
    for _ in waiting:
        permits.give_back()
        assert not permits.take_at_once()
    await asyncio.gather(*waiting)
    assert order == [0, 1, 2]
    permits.give_back()
    assert permits.take_at_once()


@pytest.mark.parametrize("handed_over_first", [False, True])
async def test_who_leaves_takes_none_along(handed_over_first: bool) -> None:
    permits = Permits(1)
    assert permits.take_at_once()
    leaving, staying = (asyncio.create_task(permits.take()) for _ in range(2))
    await settled()
    if handed_over_first:
        permits.give_back()
        leaving.cancel()
    else:
        leaving.cancel()
        permits.give_back()
    await asyncio.wait([leaving, staying], timeout=5)
    assert leaving.cancelled()
    assert staying.done()
    assert not permits.take_at_once()
    permits.give_back()
    assert permits.take_at_once()
