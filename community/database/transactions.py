"""One way to write: a verb under `@transaction()` happens once and whole, whoever hangs up meanwhile.

    @transaction()
    async def join(...) -> MemberView:
        ...

The body runs in a task of its own, shielded from the caller's cancellation, in one READ COMMITTED transaction. A
serialization failure or a deadlock runs it again from the start. A verb called by a verb joins its transaction.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import wraps
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import asyncpg
import structlog

from community.database import orm
from community.database.failures import RolledBack, TransactionMisused, is_broken, is_retryable, reraise
from community.database.pool import the_pool
from community.kernel.errors import OutcomeUnknown, TooBusy

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Verb = Callable[Parameters, Coroutine[Any, Any, Result]]

MAX_ATTEMPTS = 6
"""How often a verb is tried when the database asks for another attempt, before the caller is told to come back."""

BACKOFF_SECONDS = 0.01
"""The longest pause before the second attempt. It doubles each time; the pause is a random part of it."""

log = structlog.get_logger(__name__)

_current: ContextVar["Transaction | None"] = ContextVar("transaction", default=None)
_live: set[asyncio.Task[Any]] = set()


def transaction() -> Callable[[Verb[Parameters, Result]], Verb[Parameters, Result]]:
    """Make a service verb one transaction.

    Raises TooBusy when nothing was written because the database is away or overloaded, and OutcomeUnknown when the
    connection broke during COMMIT: that is never tried again, because it may have happened.
    """

    def decorate(verb: Verb[Parameters, Result]) -> Verb[Parameters, Result]:
        @wraps(verb)
        async def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            outer = _current.get()
            if outer is not None:
                return await outer.join(lambda: verb(*args, **kwargs))
            return await _run_shielded(lambda: verb(*args, **kwargs), verb.__qualname__)

        return run

    return decorate


def after_commit(callback: Callable[[], object]) -> None:
    """Call `callback` once the current transaction has committed; never, if it does not. It must not block."""
    open_transaction().callbacks.append(callback)


async def drain() -> None:
    """Wait until no transaction is running."""
    while _live:
        await asyncio.wait(set(_live))


class Transaction:
    """One attempt at a verb, on one connection, for the task that runs it."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.callbacks: list[Callable[[], object]] = []
        self._task = asyncio.current_task()
        self._lock = asyncio.Lock()
        self.is_open = True
        self._failed_inside: BaseException | None = None

    def turn(self) -> "Turn":
        """Use the connection for one `async with`, while nobody else does."""
        return Turn(self)

    async def begin(self) -> None:
        """BEGIN."""
        async with self.turn() as connection:
            await connection.execute("BEGIN READ WRITE")

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
        async with self._lock:
            self.is_open = False
            answer = await self._commit()
        if answer != "COMMIT":
            raise RolledBack("A statement failed and its failure was swallowed.")

    async def roll_back(self) -> None:
        """ROLLBACK. A connection on which even that fails is thrown away, which rolls back as well."""
        async with self._lock:
            self.is_open = False
            try:
                await self.connection.execute("ROLLBACK")
            except (Exception, asyncio.CancelledError):
                self.connection.terminate()

    async def _commit(self) -> str:
        try:
            answer: str = await self.connection.execute("COMMIT")
        except BaseException as error:
            if isinstance(error, asyncpg.PostgresError) and not is_broken(error):
                reraise(error)
            # No answer came. Whoever gets this connection next must not find out what became of it.
            self.connection.terminate()
            if is_broken(error):
                raise OutcomeUnknown from error
            raise
        return answer


class Turn:
    """`async with transaction.turn() as connection`: one user at a time, only while it is open, failures translated."""

    __slots__ = ("_transaction",)

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def __aenter__(self) -> asyncpg.Connection:
        await self._transaction._lock.acquire()
        if not self._transaction.is_open:
            self._transaction._lock.release()
            raise TransactionMisused("A task started inside a transaction used it after its end.")
        return self._transaction.connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._transaction._lock.release()
        if error is not None:
            reraise(error)


def open_transaction() -> Transaction:
    """The transaction this runs in. Raises TransactionMisused outside of one."""
    current = _current.get()
    if current is None or not current.is_open:
        raise TransactionMisused("This needs a transaction: call it from a verb under @transaction().")
    return current


def current_transaction() -> Transaction | None:
    """The transaction this runs in, if any."""
    return _current.get()


async def _run_shielded(verb: Callable[[], Coroutine[Any, Any, Result]], name: str) -> Result:
    # A caller who leaves while waiting for a connection has lost nothing, and frees the place in the queue.
    connection = await the_pool().acquire()
    task = asyncio.create_task(_run(verb, connection), name=name)
    _live.add(task)
    task.add_done_callback(_live.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            task.add_done_callback(_report_unheard)
        raise


async def _run(verb: Callable[[], Coroutine[Any, Any, Result]], connection: asyncpg.Connection) -> Result:
    try:
        result, callbacks = await _attempts(verb, connection)
    finally:
        the_pool().release(connection)
    for callback in callbacks:
        try:
            callback()
        except Exception:
            log.exception("after_commit failed", callback=callback)
    return result


async def _attempts(
    verb: Callable[[], Coroutine[Any, Any, Result]], connection: asyncpg.Connection
) -> tuple[Result, list[Callable[[], object]]]:
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            return await _attempt(verb, connection)
        except Exception as error:
            if not is_retryable(error):
                raise
            if attempt == MAX_ATTEMPTS:
                raise TooBusy from error
        await asyncio.sleep(random.uniform(0, BACKOFF_SECONDS * 2 ** (attempt - 1)))
    raise AssertionError("unreachable: the last attempt returns or raises")


async def _attempt(
    verb: Callable[[], Coroutine[Any, Any, Result]], connection: asyncpg.Connection
) -> tuple[Result, list[Callable[[], object]]]:
    current = Transaction(connection)
    try:
        await current.begin()
        with orm.bound_to(current):
            token = _current.set(current)
            try:
                result = await verb()
            finally:
                _current.reset(token)
    except BaseException:
        await current.roll_back()
        raise
    await current.commit()
    return result, current.callbacks


def _report_unheard(task: asyncio.Task[Any]) -> None:
    if task.cancelled():
        log.warning("write cancelled", verb=task.get_name())
    elif (error := task.exception()) is not None:
        log.warning("write failed, its caller had left", verb=task.get_name(), error=repr(error))
