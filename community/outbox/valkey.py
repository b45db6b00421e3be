"""Live fan-out through Valkey or Redis: facts travel with the message, so that a process need not read them again."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from community import database
from community.outbox.queries import EventView
from community.outbox.tail import Tail

RETRY_SECONDS = 0.5

log = structlog.get_logger(__name__)


class Valkey:
    """The channel of one database. When Valkey is away, nothing is lost: the tail polls the feed."""

    def __init__(self, client: Redis, channel: str) -> None:
        self._client = client
        self._channel = channel

    async def publish(self, events: Sequence[EventView]) -> None:
        """Show facts to every process."""
        try:
            await self._client.publish(self._channel, orjson.dumps([asdict(event) for event in events]))
        except (RedisError, OSError) as error:
            log.warning("cannot publish", error=repr(error))

    async def follow(self, tail: Tail) -> None:
        """Offer what other processes publish to `tail`. Comes back by itself after Valkey was away."""
        while True:
            try:
                async with self._client.pubsub(ignore_subscribe_messages=False) as subscription:
                    await subscription.subscribe(self._channel)
                    async for message in subscription.listen():
                        if message["type"] == "message":
                            tail.offer(_events(message["data"]))
                        else:
                            tail.wake()
            except (RedisError, OSError) as error:
                log.warning("cannot follow", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)


async def channel_name() -> str:
    """The channel of this database alone, so that two servers may share one Valkey."""
    place = await database.fetch_one(
        "select system_identifier, oid from pg_control_system(), pg_database where datname = current_database()"
    )
    assert place is not None
    return f"hourglass:facts:{place['system_identifier']}:{place['oid']}"


def _events(message: bytes) -> list[EventView]:
    return [
        EventView(
            **{
                **event,
                "id": UUID(event["id"]),
                "subject_id": UUID(event["subject_id"]),
                "recorded_at": datetime.fromisoformat(event["recorded_at"]),
            }
        )
        for event in orjson.loads(message)
    ]
