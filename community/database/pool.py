"""Connections to lend: at most `size`, handed over in order of asking, always taken back whole.

asyncpg's own pool starts a task per release and a timer task per acquire, and a caller cancelled at the wrong moment
can keep a connection for ever. Here giving back is a plain function, so no cancellation can come between.
"""

import asyncio
from asyncio import CancelledError
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import asyncpg

from community.database.connections import Connection
from community.database.failures import is_broken, reraise
from community.database.permits import Permits
from community.kernel.errors import TooBusy

MEND_SECONDS = 5.0
"""How long a connection in doubt may take to become clean before it is thrown away."""

CLOSE_SECONDS = 10.0
"""How long closing waits for connections that are lent out before it cuts them off."""


@dataclass(frozen=True, slots=True)
class PoolState:
    """A moment of the pool: how many connections at most, open, at home, at home but in a transaction (a leak), lent or
    being mended; and how many callers wait for one."""

    size: int
    open: int
    idle: int
    idle_in_transaction: int
    lent: int
    waiting: int

    @property
    def is_whole(self) -> bool:
        """Whether every connection is at home and clean."""
        return self.lent == 0 and self.open == self.idle and self.idle_in_transaction == 0


class Pool:
    """The connections of this process. Opens them when first needed and again after the server was away."""

    def __init__(
        self,
        open_connection: Callable[[], Coroutine[Any, Any, Connection]],
        *,
        size: int,
        acquire_seconds: float,
    ) -> None:
        self._open_connection = open_connection
        self._size = size
        self._acquire_seconds = acquire_seconds
        self._permits = Permits(size)
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._background: set[asyncio.Task[Any]] = set()
        self._in_use = 0
        self._waiting = 0
        self._closing = False

    @property
    def state(self) -> PoolState:
        """What the pool looks like now."""
        idle = [connection for connection in self._idle if not connection.is_closed()]
        return PoolState(
            size=self._size,
            open=len(idle) + len(self._lent),
            idle=len(idle),
            idle_in_transaction=sum(connection.is_in_transaction() for connection in idle),
            lent=self._in_use,
            waiting=self._waiting,
        )

    async def warm_up(self) -> None:
        """Open the first connection, so that a wrong address shows at once."""
        self._idle.append(await self._open_connection())

    async def open_apart(self) -> Connection:
        """Open a connection like the pool's own, which is the caller's to keep and to close."""
        return await self._open_connection()

    def lease(self) -> "Lease":
        """Borrow a connection for one `async with`."""
        return Lease(self)

    async def acquire(self) -> Connection:
        """Borrow a connection. Raises TooBusy when none comes free in time or none can be opened."""
        if self._closing:
            raise TooBusy
        self._waiting += 1
        try:
            async with asyncio.timeout(self._acquire_seconds):
                return await self._acquire()
        except TimeoutError:
            raise TooBusy from None
        finally:
            self._waiting -= 1

    def at_once(self) -> Connection | None:
        """Borrow a connection that is at home, if there is one and nobody waits for it."""
        if self._closing or not self._idle or not self._permits.take_at_once():
            return None
        connection = self._reusable()
        if connection is None:
            self._permits.give_back()
            return None
        self._in_use += 1
        self._lent.add(connection)
        return connection

    def release(self, connection: Connection) -> None:
        """Take a connection back. One that is broken is dropped, one left inside a transaction is mended first."""
        if not connection.is_closed():
            if connection.is_in_transaction():
                self.release_in_doubt(connection)
                return
            self._idle.append(connection)
        self._lent.discard(connection)
        self._return_permit()

    def release_in_doubt(self, connection: Connection) -> None:
        """Take back a connection whose last statement was cut short: it is lent again only after it was mended."""
        task = asyncio.create_task(self._mend(connection), name="mend a connection")
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def stop_lending(self) -> None:
        """Answer TooBusy from now on to whoever asks for a connection."""
        self._closing = True

    async def close(self) -> None:
        """Wait for what is lent, then close every connection."""
        self.stop_lending()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                for _ in range(self._size):
                    await self._permits.take()
        except TimeoutError:
            for connection in self._lent:
                connection.terminate()
        while self._idle:
            await _close_gently(self._idle.pop())

    async def _acquire(self) -> Connection:
        await self._permits.take()
        self._in_use += 1
        if self._closing:
            self._return_permit()
            raise TooBusy
        connection = self._reusable() or await self._opened()
        self._lent.add(connection)
        return connection

    async def _opened(self) -> Connection:
        # In a task of its own: otherwise callers who leave would keep the pool from ever growing.
        opening = asyncio.create_task(self._open_connection(), name="open a connection")
        self._background.add(opening)
        opening.add_done_callback(self._background.discard)
        try:
            return await asyncio.shield(opening)
        except CancelledError:
            opening.add_done_callback(self._keep)
            raise
        except BaseException as error:
            self._return_permit()
            reraise(error)

    def _keep(self, opening: asyncio.Task[Connection]) -> None:
        if opening.cancelled() or opening.exception() is not None:
            self._return_permit()
        else:
            self.release(opening.result())

    def _return_permit(self) -> None:
        self._in_use -= 1
        self._permits.give_back()

    def _reusable(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None

    async def _mend(self, connection: Connection) -> None:
        try:
            async with asyncio.timeout(MEND_SECONDS):
                # asyncpg holds this back until the server has confirmed that it gave up the statement.
                await connection.execute("ROLLBACK")
        except (Exception, CancelledError):
            connection.terminate()
        self.release(connection)


class Lease:
    """`async with pool.lease() as connection`: taken back whatever happens, failures translated."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Connection:
        self._connection = self._pool.at_once() or await self._pool.acquire()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._pool.release(self._connection)
            return
        if isinstance(error, asyncpg.PostgresError) and not is_broken(error):
            self._pool.release(self._connection)
        else:
            self._pool.release_in_doubt(self._connection)
        reraise(error)


async def _close_gently(connection: Connection) -> None:
    try:
        await connection.close(timeout=MEND_SECONDS)
    except Exception:
        connection.terminate()


_pool: Pool | None = None


def the_pool() -> Pool:
    """The pool of this process. Raises RuntimeError before `connect` and after `disconnect`."""
    if _pool is None:
        raise RuntimeError("No database is connected. Call database.connect(settings) first.")
    return _pool


def use(pool: Pool | None) -> None:
    """Make `pool` the pool of this process, or leave it without one."""
    global _pool
    _pool = pool


def is_connected() -> bool:
    """Whether this process has a pool."""
    return _pool is not None


def pool_state() -> PoolState:
    """What the pool of this process looks like now."""
    return the_pool().state
