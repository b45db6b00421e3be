"""What PostgreSQL's errors mean to us: away, overloaded, worth another attempt, or a mistake of our own."""

from collections.abc import Iterator
from typing import NoReturn

import asyncpg

from community.kernel.errors import OutcomeUnknown, TooBusy

AWAY: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,
)
"""The server went, is starting or stopping, does not answer, has no room, or threw this session out."""

OVERLOADED: tuple[type[BaseException], ...] = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
)
"""`statement_timeout` or `lock_timeout` struck, or the server ran out of something."""


class Outrun(Exception):
    """Somebody else took a key that this transaction had found free."""


RETRYABLE: tuple[type[BaseException], ...] = (
    Outrun,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,
)
"""A key that was free, SQLSTATE 40001, 40P01, and a plan older than a migration: the same transaction, run once more,
should succeed."""


class TransactionMisused(RuntimeError):
    """A mistake in our own code about who may write, when."""


class RolledBack(RuntimeError):
    """A verb returned although something inside it had failed, so nothing was written. A mistake in our own code."""


def is_broken(error: BaseException) -> bool:
    """Whether the connection is lost, so that what a COMMIT did is not known."""
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error)
    return isinstance(error, AWAY) and not isinstance(error, OVERLOADED)


def is_busy(error: BaseException) -> bool:
    """Whether a statement failed because the database is away or overloaded."""
    return isinstance(error, OVERLOADED) or is_broken(error)


def is_retryable(error: BaseException) -> bool:
    """Whether `error`, or what it was raised from, is worth another attempt."""
    return any(isinstance(cause, RETRYABLE) for cause in _causes(error))


def happened_to_all(error: BaseException) -> bool:
    """Whether `error` of a verb for several has nothing to do with one of them: nobody would fare better alone.

    The connection or the database was lost or had no room, or the process ends. Somebody else's lock is another
    matter, and so is who was faster again and again: they stand in the way of one of them.
    """
    if isinstance(error, TooBusy):
        return not any(isinstance(cause, (asyncpg.LockNotAvailableError, *RETRYABLE)) for cause in _causes(error))
    return isinstance(error, OutcomeUnknown) or not isinstance(error, Exception)


def reraise(error: BaseException) -> NoReturn:
    """Raise what callers are to see instead of `error`, or `error` itself."""
    if is_busy(error):
        raise TooBusy from error
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        raise TransactionMisused("Writes need a transaction: call a service verb under @transaction().") from error
    raise error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
