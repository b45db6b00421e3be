"""Group commit: what several callers want at the same moment is one transaction, and costs little more than for one.

    _WRITING = database.GroupCommit(_write_all, apart=attrgetter("author_id"))

    post = await _WRITING.do(wanted)

Who comes first goes alone, at once. Who comes while others are under way waits for one of these to end, and goes with
everybody who came meanwhile. Nobody's problem is anybody else's: where a group fails, each of it is done alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from community.database.failures import happened_to_all
from community.database.pool import Pool, the_pool
from community.database.transactions import current_transaction
from community.kernel import about

Wanted = TypeVar("Wanted")
Result = TypeVar("Result")
Trait = Callable[[Wanted], Hashable]

AT_ONCE = 2
"""So many groups are under way while others gather: PostgreSQL writes one while another is prepared here."""

MOST = 32
"""So many go together."""

PATIENCE_SECONDS = 0.1
"""Who is under way for longer waits for somebody else's lock: others do not wait for them any more."""


@dataclass(slots=True, eq=False)
class _Caller(Generic[Wanted, Result]):
    """What somebody wants, whom to tell, and what is known where it was wanted."""

    wanted: Wanted
    told: "asyncio.Future[Result]"
    context: Context = field(default_factory=copy_context)

    def tell(self, result: Result) -> None:
        """Here it is. Who has left hears nothing."""
        if not self.told.done():
            self.told.set_result(result)

    def fail(self, error: BaseException) -> None:
        """It did not happen, or nobody knows."""
        if self.told.done():
            return
        if isinstance(error, asyncio.CancelledError):
            self.told.cancel()
        else:
            self.told.set_exception(error)


class GroupCommit(Generic[Wanted, Result]):
    """A verb under `@transaction()` that does what several want, with a result for each in their order.

    Those go together who are `alike`, and of whom no two are the same in what keeps them `apart`. Where it is wanted
    inside a transaction, it is done there, alone.
    """

    def __init__(
        self,
        verb: Callable[[Sequence[Wanted]], Awaitable[Sequence[Result]]],
        *,
        apart: Trait[Wanted],
        alike: Trait[Wanted] = lambda _: None,
    ) -> None:
        self.apart = apart
        self.alike = alike
        self._verb = verb
        self._lines: WeakKeyDictionary[Pool, _Line[Wanted, Result]] = WeakKeyDictionary()

    async def do(self, wanted: Wanted) -> Result:
        """Do this, with others or alone. Raises what the verb raises for it alone.

        Who leaves while waiting has wanted nothing. What is under way happens, whoever leaves.
        """
        if current_transaction() is not None:
            return await self.alone(wanted)
        line = self._lines.get(the_pool())
        if line is None:
            line = self._lines[the_pool()] = _Line(self)
        return await line.do(wanted)

    async def alone(self, wanted: Wanted) -> Result:
        """Do only this."""
        return (await self._verb([wanted]))[0]

    async def together(self, callers: Sequence[_Caller[Wanted, Result]]) -> None:
        """Do what these want, and tell them."""
        if len(callers) == 1:
            await self._tell_alone(callers[0])
            return
        about.forget()  # what is done for all is no part of the first one's request
        try:
            results = [*zip(callers, await self._verb([caller.wanted for caller in callers]), strict=True)]
        except BaseException as error:
            if not happened_to_all(error):
                await self._apart(callers)
                return
            for caller in callers:
                caller.fail(error)
            if not isinstance(error, Exception):
                raise
        else:
            for caller, result in results:
                caller.tell(result)

    async def _apart(self, callers: Sequence[_Caller[Wanted, Result]]) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.wait([loop.create_task(self._tell_alone(each), context=each.context) for each in callers])

    async def _tell_alone(self, caller: _Caller[Wanted, Result]) -> None:
        if caller.told.done():
            return
        try:
            caller.tell(await self.alone(caller.wanted))
        except BaseException as error:
            caller.fail(error)
            if not isinstance(error, Exception):
                raise


class _Line(Generic[Wanted, Result]):
    """Who waits in this process, and how many groups are under way."""

    def __init__(self, group: GroupCommit[Wanted, Result]) -> None:
        self._group = group
        self._waiting: list[_Caller[Wanted, Result]] = []
        self._under_way = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def do(self, wanted: Wanted) -> Result:
        """Do it at once if there is room, else with those who wait."""
        if self._under_way < AT_ONCE and not self._waiting:
            place = _Place(self)
            try:
                return await self._group.alone(wanted)
            finally:
                place.leave()
        caller = _Caller[Wanted, Result](wanted, asyncio.get_running_loop().create_future())
        self._waiting.append(caller)
        return await caller.told

    def entered(self) -> None:
        """A group is under way."""
        self._under_way += 1

    def left(self) -> None:
        """There is room for another one."""
        self._under_way -= 1
        while self._under_way < AT_ONCE and (callers := self._next()):
            work = self._carry_out(callers, _Place(self))
            task = asyncio.get_running_loop().create_task(work, context=callers[0].context)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, callers: Sequence[_Caller[Wanted, Result]], place: "_Place") -> None:
        try:
            await self._group.together(callers)
        finally:
            place.leave()

    def _next(self) -> list[_Caller[Wanted, Result]]:
        """The first who still waits, and all who may go along. The same keep their order."""
        waiting, self._waiting = [each for each in self._waiting if not each.told.done()], []
        chosen: dict[Hashable, _Caller[Wanted, Result]] = {}
        left: set[Hashable] = set()
        for caller in waiting:
            name = self._group.apart(caller.wanted)
            is_alike = self._group.alike(caller.wanted) == self._group.alike(waiting[0].wanted)
            if is_alike and len(chosen) < MOST and name not in chosen and name not in left:
                chosen[name] = caller
            else:
                left.add(name)
                self._waiting.append(caller)
        return [*chosen.values()]


class _Place:
    """One of those AT_ONCE, until its holder leaves it or runs out of patience."""

    __slots__ = ("_line", "_timer")

    def __init__(self, line: _Line[Wanted, Result]) -> None:
        line.entered()
        self._line: _Line[Wanted, Result] | None = line
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.leave)

    def leave(self) -> None:
        """Let others go. Doing it again changes nothing."""
        line, self._line = self._line, None
        if line is not None:
            self._timer.cancel()
            line.left()
