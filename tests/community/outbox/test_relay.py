"""What wakes a process that follows the feed: facts that others put in order, not its own."""

import asyncio
from contextlib import suppress

import pytest

from community.outbox import relay
from community.outbox import service as outbox
from community.outbox.tail import Tail
from tests.community.outbox.notes import a_note, announce
from tests.deadlines import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("database")


class Sleeper(Tail):
    """A tail that is only woken."""

    def __init__(self) -> None:
        super().__init__(0)
        self.woken: asyncio.Queue[None] = asyncio.Queue()

    def wake(self) -> None:
        self.woken.put_nowait(None)


async def test_who_put_facts_in_order_is_not_woken_by_its_own_voice():
    tail = Sleeper()
    listening = asyncio.create_task(relay._listen(tail, "mine"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await tail.woken.get()  # it listens now, and may have missed something

        for origin in ("mine", "another's"):
            await announce(a_note())
            await outbox.sequence(origin=origin)
        await tail.woken.get()

    # Announcements come in their order: the first would have woken it before the second.
    assert tail.woken.empty()
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


async def test_facts_that_are_put_in_order_are_announced_once_with_the_last_of_them():
    async with relay.database.listen(outbox.SEQUENCED) as announcements, asyncio.timeout(PATIENCE_SECONDS):
        assert await anext(announcements) is None
        for _ in range(3):
            await announce(a_note())
        await outbox.sequence(origin="mine")
        await announce(a_note())
        await outbox.sequence()
        assert [await anext(announcements), await anext(announcements)] == ["3 mine", "4 "]
