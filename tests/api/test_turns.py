"""Who has much to do at once keeps nobody waiting for long."""

import asyncio

import pytest

from api import operations
from api.callers import Caller
from api.operations import Operations
from api.parameters import Parameters
from api.turns import Turns
from community.access.policy import ANONYMOUS
from community.quota import service as quota
from community.settings import settings
from tests.api.toy import schema
from tests.deadlines import PATIENCE_SECONDS


class Loop:
    """Counts the turns of the event loop inside the block."""

    def __init__(self) -> None:
        self.turns = 0

    async def __aenter__(self) -> "Loop":
        self._counting = asyncio.create_task(self._count())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._counting.cancel()

    async def _count(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)


async def busy(turns: Turns, steps: int) -> None:
    for _ in range(steps):
        await turns.end_if_long()


async def test_who_has_little_to_do_is_not_interrupted() -> None:
    async with Loop() as loop:
        turns = Turns(seconds=PATIENCE_SECONDS)
        await busy(turns, 1)
        before = loop.turns
        await busy(turns, 1_000)
        assert loop.turns == before


async def test_all_of_them_together_do_one_step_a_turn_once_it_takes_long() -> None:
    async with Loop() as loop:
        turns = Turns(seconds=0)
        before = loop.turns
        await asyncio.gather(*(busy(turns, 10) for _ in range(5)))
        assert 10 <= loop.turns - before < 20


async def test_who_goes_on_in_the_next_turn_has_all_of_it() -> None:
    async with Loop() as loop:
        turns = Turns(seconds=PATIENCE_SECONDS)
        before = loop.turns
        await asyncio.gather(*(busy(turns, 100) for _ in range(5)))
        assert loop.turns - before < 10


@pytest.mark.usefixtures("database")
async def test_a_subscription_that_never_waits_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    quota.forget_leases()
    monkeypatch.setattr(operations, "Turns", lambda: Turns(seconds=0))
    door, caller = Operations(schema, settings()), Caller(ANONYMOUS, "en", "request", "192.0.2.1")
    ready = await door.prepare(Parameters("subscription { count(to: 50) }"), caller, lambda _: None)
    async with Loop() as loop:
        before = loop.turns
        assert len([answer async for answer in door.events(ready)]) == 50
        assert loop.turns - before >= 50
