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
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import structlog

from community.database.connections import Connection
from community.database.failures import is_retryable
from community.database.pool import Pool, the_pool
from community.database.transactions import Transaction, current_transaction
from community.kernel.errors import TooBusy

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Verb = Callable[Parameters, Coroutine[Any, Any, Result]]
Call = Callable[[], Coroutine[Any, Any, Result]]

MAX_ATTEMPTS = 6
"""How often a verb is tried when the database asks for another attempt, before the caller is told to come back."""

BACKOFF_SECONDS = 0.01
"""The longest pause before the second attempt. It doubles each time; the pause is a random part of it."""

log = structlog.get_logger(__name__)

_live: set[asyncio.Task[Any]] = set()


def transaction() -> Callable[[Verb[Parameters, Result]], Verb[Parameters, Result]]:
    """Make a service verb one transaction.

    Raises TooBusy when nothing was written because the database is away or overloaded, and OutcomeUnknown when the
    connection broke during COMMIT: that is never tried again, because it may have happened.
    """

    def decorate(verb: Verb[Parameters, Result]) -> Verb[Parameters, Result]:
        @wraps(verb)
        async def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            outer = current_transaction()
            if outer is not None:
                return await outer.join(lambda: verb(*args, **kwargs))
            return await _run_shielded(lambda: verb(*args, **kwargs), verb.__qualname__)

        return run

    return decorate


async def drain() -> None:
    """Wait until no transaction is running."""
    while _live:
        await asyncio.wait(set(_live))


async def _run_shielded(verb: Call[Result], name: str) -> Result:
    # A caller who leaves while waiting for a connection has lost nothing, and frees the place in the queue.
    pool = the_pool()
    connection = pool.at_once() or await pool.acquire()
    task = asyncio.create_task(_run(verb, pool, connection), name=name)
    _live.add(task)
    task.add_done_callback(_live.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            task.add_done_callback(_report_unheard)
        raise


async def _run(verb: Call[Result], pool: Pool, connection: Connection) -> Result:
    try:
        result, callbacks = await _attempts(verb, connection)
    finally:
        pool.release(connection)
    for callback in callbacks:
        try:
            callback()
        except Exception:
            log.exception("after_commit failed", callback=callback)
    return result


async def _attempts(verb: Call[Result], connection: Connection) -> tuple[Result, list[Callable[[], object]]]:
    attempt = 0
    while True:
        attempt += 1
        try:
            return await _attempt(verb, connection)
        except Exception as error:
            if not is_retryable(error):
                raise
            if attempt == MAX_ATTEMPTS:
                raise TooBusy from error
        await asyncio.sleep(random.uniform(0, BACKOFF_SECONDS * 2 ** (attempt - 1)))


async def _attempt(verb: Call[Result], connection: Connection) -> tuple[Result, list[Callable[[], object]]]:
    current = Transaction(connection)
    try:
        current.begin()
        with current.entered():
            result = await verb()
        await current.send_what_waits()
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
