"""What the calls of a wave wait for, waited for together.

All of it takes its first step in the same turn of the event loop, so that those who ask the same question find each
other, whoever is first. What ends with that step is done: so it is where all that is shown came along. The first that
does not goes on in the task of whoever asks; each other one in a task of its own, in which it also took that step.
"""

import asyncio
import sys
from asyncio import Future, Task
from collections.abc import Awaitable, Generator, Sequence
from contextvars import Context, copy_context
from operator import attrgetter
from types import CoroutineType, coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schema.execution.calling import Call

GoingOn = tuple[list[Any], int, Awaitable[Any]]
"""A call's outcomes, the index of one of them, and what is waited for to know it."""

LATE, WAS_LATE = attrgetter("late"), attrgetter("field.was_late")


async def settle(calls: "Sequence[Call]") -> None:
    """Replace all that the calls wait for by what comes of it, its value or its exception."""
    going_on: list[GoingOn] = []
    try:
        _begin([*filter(LATE, calls)], going_on)
        for outcomes, index, awaitable in going_on:
            try:
                outcomes[index] = await awaitable
            except Exception as error:
                outcomes[index] = error
    except BaseException:
        await _stop(calls, going_on)
        raise


def _begin(calls: "Sequence[Call]", going_on: list[GoingOn]) -> None:
    """Let all take their first step but for one that is alone, and collect those for which that is not the last."""
    if len(calls) == 1 and len(calls[0].late) == 1:
        (call,), (index,) = calls, calls[0].late
        going_on.append((call.outcomes, index, call.outcomes[index]))
        return
    before = copy_context()
    # What mostly ends with its first step takes it first: no task is made for it then.
    for call in sorted(calls, key=WAS_LATE):
        outcomes, is_first = call.outcomes, not going_on
        for index in call.late:
            awaitable = outcomes[index]
            if going_on:
                going_on.append((outcomes, index, _task(awaitable, before.copy())))
            elif not isinstance(awaitable, CoroutineType):
                going_on.append((outcomes, index, awaitable))
            else:
                try:
                    going_on.append((outcomes, index, _rest(awaitable, awaitable.send(None))))
                except StopIteration as done:
                    outcomes[index] = done.value
                except Exception as error:
                    outcomes[index] = error
        if is_first:
            call.field.was_late = bool(going_on)


async def _stop(calls: "Sequence[Call]", going_on: list[GoingOn]) -> None:
    tasks = [awaitable for _, _, awaitable in going_on if isinstance(awaitable, Future)]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.gather(*tasks, return_exceptions=True)
    for call in calls:
        for index in call.late:
            if isinstance(call.outcomes[index], CoroutineType):
                call.outcomes[index].close()


@coroutine
def _rest(begun: Any, waits_for: Any) -> Generator[Any, Any, Any]:
    """What comes of a coroutine after a step of it, at whose end it waits."""
    try:
        while True:
            try:
                given = yield waits_for
            except BaseException as error:
                waits_for = begun.throw(error)
            else:
                waits_for = begun.send(given)
    except StopIteration as done:
        return done.value


def _task(awaitable: Awaitable[Any], context: Context) -> Future[Any]:
    """What comes of it in a task of its own, in which a coroutine takes its first step at once."""
    if not isinstance(awaitable, CoroutineType):
        return asyncio.ensure_future(awaitable)
    loop = asyncio.get_running_loop()
    if sys.version_info >= (3, 12):
        return Task(awaitable, loop=loop, context=context, eager_start=True)
    return _eager(awaitable, loop, context)


def _eager(begun: Any, loop: asyncio.AbstractEventLoop, context: Context) -> Task[Any]:
    """The same for Python 3.11, whose tasks are not eager."""
    step: list[Any] = []
    task = Task(_after(begun, step), loop=loop, context=context)
    own: Any = asyncio.current_task(loop)
    asyncio.tasks._leave_task(loop, own)
    asyncio.tasks._enter_task(loop, task)
    try:
        step.append(context.run(begun.send, None))
    except BaseException as ended:
        step.append(ended)
    finally:
        asyncio.tasks._leave_task(loop, task)
        asyncio.tasks._enter_task(loop, own)
    return task


async def _after(begun: Any, step: list[Any]) -> Any:
    """What comes of a coroutine that has taken this first step."""
    match step.pop():
        case StopIteration(value=value):
            return value
        case BaseException() as error:
            raise error
        case waits_for:
            return await _rest(begun, waits_for)
