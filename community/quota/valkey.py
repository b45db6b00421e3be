"""Buckets in Valkey or Redis: the same arithmetic as PostgreSQL's functions, in scripts that run alone."""

import asyncio
from collections.abc import Sequence

from redis.asyncio import Redis

from community.quota.rules import LEASE_SECONDS, Bucket, Grant, Lease

PREFIX = "hourglass:quota:"

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
    redis.call('EXPIRE', KEYS[1], math.ceil(capacity / rate + seconds + 1))
end
"""

TAKE = f"""
local capacity, rate, seconds = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local needed, wanted = tonumber(ARGV[4]), tonumber(ARGV[5])
{REFILL}
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
        self._take = client.register_script(TAKE)
        self._give_back = client.register_script(GIVE_BACK)

    async def take(self, bucket: Bucket, needed: float, wanted: float) -> Grant:
        """Lease between `needed` and `wanted` tokens, or nothing."""
        granted, remaining, mark = await self._take(
            keys=[PREFIX + bucket.key], args=[bucket.capacity, bucket.rate, LEASE_SECONDS, needed, wanted]
        )
        return Grant(float(granted), float(remaining), mark, giver=self)

    async def give_back(self, leases: Sequence[Lease]) -> None:
        """End leases and put back what they did not spend."""
        await asyncio.gather(
            *[
                self._give_back(
                    keys=[PREFIX + lease.bucket.key],
                    args=[
                        lease.bucket.capacity,
                        lease.bucket.rate,
                        LEASE_SECONDS,
                        lease.granted,
                        lease.tokens,
                        lease.mark,
                    ],
                )
                for lease in leases
            ]
        )
