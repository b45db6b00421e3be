"""This process's client of Valkey or Redis, for those who share something through it."""

from functools import cache

from redis.asyncio import Redis
from redis.exceptions import RedisError

from community.settings import settings

TIMEOUT_SECONDS = 1.0

AWAY: tuple[type[BaseException], ...] = (RedisError, OSError, TimeoutError)
"""What a call raises when the server is away, starting, or out of memory."""


@cache
def client() -> Redis | None:
    """The client, or None where no server is set. Connects when first used."""
    url = settings().redis_url
    if url is None:
        return None
    return Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)


async def disconnect() -> None:
    """Close the client's connections. The next `client()` is a new one."""
    found = client() if client.cache_info().currsize else None
    client.cache_clear()
    if found is not None:
        await found.aclose()
