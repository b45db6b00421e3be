"""Live fan-out through Valkey or Redis: facts travel with the message, so that a process need not read them again."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from community import database
from community.outbox.queries import EventView
from community.outbox.tail import Tail

RETRY_SECONDS = 0.5

PROBE_SECONDS = 15.0
"""How long a silent connection is trusted before it is asked whether it still lives, and how long it has to answer."""

BACKLOG = 1_000
"""How many batches wait for a Valkey that is slow. What does not fit is not shown: others read it from the feed."""

log = structlog.get_logger(__name__)


class Broadcast:
    """The channel of one database. When Valkey is away, nothing is lost: tails poll the feed."""

    def __init__(self, client: Redis, channel: str) -> None:
        self._client = client
        self._channel = channel
        self._outgoing: asyncio.Queue[Sequence[EventView]] = asyncio.Queue(BACKLOG)

    def show(self, events: Sequence[EventView]) -> None:
        """Have facts sent to every process. Never waits."""
        if not self._outgoing.full():
            self._outgoing.put_nowait(events)

    async def send(self) -> None:
        """Send what is shown, for ever."""
        while True:
            events = await self._outgoing.get()
            try:
                await self._client.publish(self._channel, _message(events))
            except Exception as error:
                log.warning("cannot show facts to other processes", error=repr(error))

    async def hear(self, tail: Tail) -> None:
        """Offer what any process shows to `tail`, for ever. Comes back by itself after Valkey was away."""
        while True:
            try:
                async with self._client.pubsub() as subscription:
                    await subscription.subscribe(self._channel)
                    await self._hear_until_lost(subscription, tail)
            except Exception as error:
                if _is_being_cancelled():  # closing the lost connection failed, and hid that we are to stop
                    raise asyncio.CancelledError from error
                log.warning("cannot hear other processes", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)

    async def _hear_until_lost(self, subscription: PubSub, tail: Tail) -> None:
        is_asked = False
        while True:
            message = await subscription.get_message(timeout=PROBE_SECONDS)
            if message is None and is_asked:
                raise TimeoutError("no answer to PING")
            if message is None:
                await subscription.ping()
            elif message["type"] == "message" and (events := _events(message["data"])):
                tail.offer(events)
            else:
                # The subscription has just begun, or somebody shows what we cannot read: look for ourselves.
                tail.wake()
            is_asked = message is None


async def channel_name() -> str:
    """The channel of this database alone, so that two servers may share one Valkey."""
    place = await database.fetch_one(
        "select system_identifier, oid from pg_control_system(), pg_database where datname = current_database()"
    )
    assert place is not None
    return f"hourglass:facts:{place['system_identifier']}:{place['oid']}"


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _message(events: Sequence[EventView]) -> bytes:
    # asyncpg's UUIDs are a subclass, which orjson does not know.
    return orjson.dumps([asdict(event) for event in events], default=str)


def _events(message: bytes) -> list[EventView] | None:
    """The facts in a message; None for one that another version of this program sent in another shape."""
    try:
        return [_event(fields) for fields in orjson.loads(message)]
    except (TypeError, KeyError, ValueError):
        return None


def _event(fields: dict[str, Any]) -> EventView:
    fields["id"] = UUID(fields["id"])
    fields["subject_id"] = UUID(fields["subject_id"])
    fields["recorded_at"] = datetime.fromisoformat(fields["recorded_at"])
    return EventView(**fields)
