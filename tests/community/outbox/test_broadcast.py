"""Fan-out through Valkey, where Valkey misbehaves."""

import asyncio
from typing import Self, cast

import pytest
from redis.asyncio import Redis

from community.outbox.broadcast import Broadcast
from community.outbox.tail import Tail
from tests.deadlines import PATIENCE_SECONDS


class StubbornSubscription:
    """A subscription that never answers, and fails to close when it is given up."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    def pubsub(self) -> Self:
        """The client's part: there is only this one subscription."""
        return self

    async def __aenter__(self) -> Self:
        return self

    async def subscribe(self, _: str) -> None:
        self.begun.set()
        await asyncio.Event().wait()

    async def __aexit__(self, *_: object) -> None:
        raise ConnectionError("nobody is there to say goodbye to")


async def test_hearing_stops_when_told_though_the_lost_connection_cannot_be_closed() -> None:
    stubborn = StubbornSubscription()
    hearing = asyncio.create_task(Broadcast(cast(Redis, stubborn), "facts").hear(cast(Tail, None)))
    await stubborn.begun.wait()
    hearing.cancel()
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(asyncio.CancelledError):
            await hearing
