"""Recent hits in PostgreSQL, in the shape that the library `limits` asks of a storage with moving windows."""

import time
from collections.abc import Awaitable, Callable

from limits.aio.storage import MovingWindowSupport, Storage

from community import database
from community.kernel.errors import HourglassError

Record = Callable[[str, int, int, int], Awaitable[bool]]
Forget = Callable[[str | None], Awaitable[int]]


class PostgresWindows(Storage, MovingWindowSupport):
    """A storage whose writes are the two verbs it is given: record hits if they fit, forget one key or all."""

    STORAGE_SCHEME = None

    def __init__(self, record: Record, forget: Forget) -> None:
        super().__init__()
        self._record = record
        self._forget = forget

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a call raises when the database is away."""
        return HourglassError

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Record `amount` hits, unless there would be more than `limit` in `expiry` seconds."""
        return await self._record(key, limit, expiry, amount)

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002
        """When the oldest hit of the last `expiry` seconds was, in Unix seconds, and how many there were."""
        row = await database.fetch_one(
            "select extract(epoch from min(hit))::float8 as oldest, count(*) as hits"
            " from quota_hits, unnest(at) as hit"
            " where key = $1 and hit > clock_timestamp() - make_interval(secs => $2)",
            key,
            float(expiry),
        )
        return (row["oldest"], row["hits"]) if row and row["hits"] else (time.time(), 0)

    async def get(self, key: str) -> int:
        """How many hits are kept."""
        return await database.fetch_value("select cardinality(at) from quota_hits where key = $1", key) or 0

    async def get_expiry(self, key: str) -> float:
        """Until when hits are kept, in Unix seconds."""
        until = await database.fetch_value(
            "select extract(epoch from kept_until)::float8 from quota_hits where key = $1", key
        )
        return until or time.time()

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Record `amount` hits whatever their number, and return how many are kept."""
        await self._record(key, 2**31 - 1, expiry, amount)
        return await self.get(key)

    async def check(self) -> bool:
        """Whether the database answers."""
        return bool(await database.fetch_value("select true"))

    async def clear(self, key: str) -> None:
        """Forget the hits of one key."""
        await self._forget(key)

    async def reset(self) -> int | None:
        """Forget all hits."""
        return await self._forget(None)
