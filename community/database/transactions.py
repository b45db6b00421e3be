"""One attempt at a verb: its connection, who may use it, and how it ends."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any, NoReturn, TypeVar

import asyncpg

from community.database import orm
from community.database.connections import Connection
from community.database.failures import Outrun, RolledBack, TransactionMisused, is_broken, reraise
from community.database.last_writes import LastWrites
from community.database.writings import Row, Writing
from community.kernel.errors import OutcomeUnknown

Result = TypeVar("Result")

LANES_APART = 7
"""Processes that were started together have neighbouring ids; so many transactions of each are in nobody's way."""

_taken: set[int] = set()
"""The places of the transactions that are open in this process and asked for one."""

_current: ContextVar["Transaction | None"] = ContextVar("transaction", default=None)


def after_commit(callback: Callable[[], object]) -> None:
    """Call `callback` once the current transaction has committed; never, if it does not. It must not block."""
    the_open_one().callbacks.append(callback)


def write_last(writing: Writing, rows: Iterable[Row]) -> None:
    """Let rows be written as the last thing in the current transaction, with all others that wait, in one statement.

    For what nobody inside the transaction reads. No two statements may change the same row.
    """
    the_open_one().last_writes.add(writing, rows)


async def write_what_waits() -> None:
    """Write what waits for the end of the current transaction ahead of the next statement, for who has to read it."""
    await the_open_one().send_what_waits()


def look_again_if_taken(index: str) -> None:
    """The current transaction has looked whether a key of this unique index is free, and writes it without asking.

    Where somebody else was faster, it is run again, and finds the key taken.
    """
    the_open_one().contested.add(index)


def lane() -> int:
    """A number that is this transaction's alone: whoever shares something out by it is in nobody's way.

    Transactions that ask at the same time in this process get neighbouring numbers, one alone always the same. Those of
    another process begin elsewhere.
    """
    return os.getpid() * LANES_APART + the_open_one().place


def current_transaction() -> "Transaction | None":
    """The transaction this runs in, if any."""
    return _current.get()


def the_open_one() -> "Transaction":
    """The transaction this runs in. Raises TransactionMisused where there is none."""
    current = _current.get()
    if current is None or not current.is_open:
        raise TransactionMisused("This needs a transaction: call it from a verb under @transaction().")
    return current


class Transaction:
    """One attempt at a verb, on one connection, for the task that runs it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.callbacks: list[Callable[[], object]] = []
        self.last_writes = LastWrites()
        self.contested: set[str] = set()
        self._place: int | None = None
        self._task = asyncio.current_task()
        self._lock = asyncio.Lock()
        self.is_open = True
        self._failed_inside: BaseException | None = None

    @property
    def place(self) -> int:
        """The first that nobody had when this one was asked for it. It is free again when the transaction has ended."""
        if self._place is None:
            self._place = next(place for place in itertools.count() if place not in _taken)
            _taken.add(self._place)
        return self._place

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let this task's statements and querysets run in the transaction."""
        token = _current.set(self)
        try:
            with orm.bound_to(self):
                yield
        finally:
            _current.reset(token)

    def turn(self) -> "Turn":
        """Use the connection for one `async with`, while nobody else does."""
        return Turn(self)

    def begin(self) -> None:
        """BEGIN, ahead of the first statement."""
        self.connection.begin()

    async def send_what_waits(self) -> None:
        """What was left for the end, ahead of the next statement."""
        async with self.turn() as connection:
            await self.last_writes.send(connection)

    async def join(self, verb: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Run a verb called by a verb. If it fails, the whole transaction can only fail."""
        if asyncio.current_task() is not self._task:
            raise TransactionMisused("A task started inside a transaction called a verb. Let the verb itself call it.")
        try:
            return await verb()
        except BaseException as error:
            self._failed_inside = error
            raise

    async def commit(self) -> None:
        """COMMIT, and believe only the answer COMMIT: PostgreSQL answers ROLLBACK to a transaction that had failed."""
        if self._failed_inside is not None:
            await self.roll_back()
            raise RolledBack("A verb inside this one failed and its failure was swallowed.") from self._failed_inside
        async with self._ending():
            answer = await self._commit()
        if answer != "COMMIT":
            raise RolledBack("A statement failed and its failure was swallowed.")

    async def roll_back(self) -> None:
        """ROLLBACK. Where even that fails the pool has to mend the connection, or to drop it."""
        async with self._ending():
            await self._roll_back()

    @asynccontextmanager
    async def _ending(self) -> AsyncIterator[None]:
        """Nobody uses it any more; when it has ended, its place is free."""
        try:
            async with self._lock:
                self.is_open = False
                yield
        finally:
            if self._place is not None:
                _taken.discard(self._place)

    async def _commit(self) -> str:
        try:
            return await self.connection.commit()
        except Exception as error:
            self.connection.answered(error)
            if is_broken(error):
                raise OutcomeUnknown from error
            await self._roll_back()  # where it was no COMMIT that failed, but what went ahead of it
            self.fail(error)

    def fail(self, error: BaseException) -> NoReturn:
        """Raise what callers are to see of a statement that failed."""
        if isinstance(error, asyncpg.UniqueViolationError) and error.constraint_name in self.contested:
            raise Outrun from error
        reraise(error)

    async def _roll_back(self) -> None:
        with suppress(Exception):
            await self.connection.roll_back()


class Turn:
    """`async with transaction.turn() as connection`: one user at a time, only while it is open, failures translated."""

    __slots__ = ("_transaction",)

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def __aenter__(self) -> Connection:
        await self._transaction._lock.acquire()
        if not self._transaction.is_open:
            self._transaction._lock.release()
            raise TransactionMisused("A task started inside a transaction used it after its end.")
        return self._transaction.connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._transaction.connection.answered(error)
        self._transaction._lock.release()
        if error is not None:
            self._transaction.fail(error)
