"""How long reads may take: one timer for all that are under way, where each had one of its own."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from community.kernel.errors import Refusal

Result = TypeVar("Result")


@dataclass
class TooSlow(Refusal):
    """A read took too long and was stopped."""

    seconds: float
    code = "UNAVAILABLE"
    message = "This took longer than {seconds:g} seconds and was stopped. Ask for less at once."


@dataclass(slots=True, eq=False)
class _Waiting:
    """One that is under way: whose task, cancelled how often before, until when, whether it was stopped."""

    task: asyncio.Task[Any]
    cancelled: int
    until: float
    is_stopped: bool = False


class Patience:
    """Stops what takes longer than `seconds`. Who came first is stopped first, so one timer stands for all."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._under_way: dict[_Waiting, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def of(self, read: Coroutine[Any, Any, Result]) -> Result:
        """What the read comes to. Raises TooSlow."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        waiting = _Waiting(task, task.cancelling(), loop.time() + self._seconds)
        self._under_way[waiting] = None
        if self._timer is None:
            self._timer = loop.call_at(waiting.until, self._look)
        try:
            result = await read
        except asyncio.CancelledError:
            if self._was_stopped(waiting):
                raise TooSlow(self._seconds) from None
            raise
        except BaseException:
            self._was_stopped(waiting)
            raise
        self._was_stopped(waiting)
        return result

    def _was_stopped(self, waiting: _Waiting) -> bool:
        """It is over; whether that is our doing, and nobody else's."""
        del self._under_way[waiting]
        return waiting.is_stopped and waiting.task.uncancel() <= waiting.cancelled

    def _look(self) -> None:
        """Stop those whose time is over, and come back for the next one."""
        loop, self._timer = asyncio.get_running_loop(), None
        for waiting in self._under_way:
            if waiting.until > loop.time():
                self._timer = loop.call_at(waiting.until, self._look)
                return
            if not waiting.is_stopped:
                waiting.is_stopped = True
                waiting.task.cancel()
