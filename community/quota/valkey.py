"""Buckets in Valkey or Redis: the same arithmetic as PostgreSQL's functions, in scripts that run alone."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from community.quota.rules import LEASE_SECONDS, Bucket, Debt, Ended, Grant

PREFIX = "hourglass:quota:"

Call = tuple[list[str], list[Any]]
"""The keys and the arguments of a script."""

REFILL = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1e6
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'leased', 'leased_until', 'refilled_at')
local tokens = tonumber(kept[1] or capacity)
local leased = tonumber(kept[2] or 0)
local leased_until = tonumber(kept[3] or now)
local refilled_at = tonumber(kept[4] or now)
if leased > 0 and leased_until <= now then
    local pause = math.max(leased_until, refilled_at)
    tokens = math.min(capacity - leased, tokens + rate * (pause - refilled_at))
    refilled_at = pause
    leased = 0
end
tokens = math.min(capacity - leased, tokens + rate * math.max(0, now - refilled_at))
local function keep()
    local function exact(number) return string.format('%.6f', number) end
    redis.call('HSET', KEYS[1], 'tokens', exact(tokens), 'leased', exact(leased),
        'leased_until', exact(leased_until), 'refilled_at', exact(math.max(now, refilled_at)))
    redis.call('EXPIRE', KEYS[1], math.ceil((capacity - tokens) / rate + seconds + 1))
end
"""

TAKE = f"""
local capacity, rate, seconds = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local owed, needed, wanted = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
{REFILL}
tokens = math.min(capacity, tokens - owed)
local granted = 0
if tokens >= needed then
    granted = math.max(needed, math.min(wanted, math.floor(tokens / 4)))
    tokens = tokens - granted
    leased = leased + granted
    leased_until = math.max(leased_until, now + seconds)
end
keep()
return {{string.format('%.6f', granted), string.format('%.6f', tokens), string.format('%.6f', leased_until)}}
"""

TELL = f"""
local capacity, rate, seconds = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local owed = tonumber(ARGV[4])
{REFILL}
tokens = math.min(capacity, tokens - owed)
keep()
return string.format('%.6f', tokens)
"""

GIVE_BACK = f"""
local capacity, rate, seconds = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local granted, unused, lease_end = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
{REFILL}
if kept[1] and now < lease_end then
    tokens = tokens + unused
    leased = math.max(0, leased - granted)
    keep()
end
"""


class ValkeyBuckets:
    """A store of buckets. A bucket that would be full again by itself is forgotten by the server."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._take = client.register_script(TAKE)
        self._tell = client.register_script(TELL)
        self._give_back = client.register_script(GIVE_BACK)

    async def take(self, debt: Debt, needed: float, wanted: float) -> Grant:
        """Take what is owed, then lease between `needed` and `wanted` tokens, or nothing."""
        granted, remaining, mark = await self._take(*_call(debt.bucket, debt.owed, needed, wanted))
        return Grant(float(granted), float(remaining), mark, giver=self)

    async def tell(self, debts: Sequence[Debt]) -> Sequence[float]:
        """Take what is owed, in one round trip. Returns what remains in each."""
        return [
            float(left) for left in await self._at_once(self._tell, [_call(debt.bucket, debt.owed) for debt in debts])
        ]

    async def give_back(self, leases: Sequence[Ended]) -> None:
        """End leases and put back what they did not spend."""
        await self._at_once(
            self._give_back, [_call(lease.bucket, lease.granted, lease.unused, lease.mark) for lease in leases]
        )

    async def _at_once(self, script: AsyncScript, calls: Sequence[Call]) -> list[Any]:
        async with self._client.pipeline(transaction=False) as pipeline:
            for keys, arguments in calls:
                await script(keys, arguments, pipeline)
            return await pipeline.execute()


def _call(bucket: Bucket, *arguments: Any) -> Call:
    return [PREFIX + bucket.key], [bucket.capacity, bucket.rate, LEASE_SECONDS, *arguments]
