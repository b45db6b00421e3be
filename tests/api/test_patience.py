"""What takes too long is stopped, and nothing else is."""

import asyncio

import pytest

from api.patience import Patience, TooSlow


async def forever() -> None:
    await asyncio.Event().wait()


async def in_a_moment() -> str:
    await asyncio.sleep(0)
    return "done"


async def test_what_takes_too_long_is_stopped_whatever_else_is_under_way() -> None:
    patience = Patience(0.01)
    for _ in range(2):
        outcomes = await asyncio.gather(
            *(patience.of(each) for each in (forever(), in_a_moment(), forever())), return_exceptions=True
        )
        assert [type(each) for each in outcomes] == [TooSlow, str, TooSlow]
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0


async def test_who_is_cancelled_by_others_is_not_too_slow() -> None:
    task = asyncio.create_task(Patience(60).of(forever()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_fails_by_itself_says_so() -> None:
    async def fail() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await Patience(60).of(fail())


async def test_who_does_not_stop_when_told_to_is_answered_and_goes_on_as_before() -> None:
    async def stubborn() -> str:
        try:
            await forever()
        except asyncio.CancelledError:
            return "all the same"

    assert await Patience(0.01).of(stubborn()) == "all the same"
    await asyncio.sleep(0)
