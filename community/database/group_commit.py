"""Group commit: what several callers want at the same moment is one transaction, and costs little more than for one.

    _WRITING = database.GroupCommit(_write_all, apart=attrgetter("author_id"))

    post = await _WRITING.do(wanted)

Who comes first goes alone, at once. Who comes while others are under way waits for one of these to end, and goes with
everybody who came meanwhile. Nobody's problem is anybody else's: who is refused is told so in their own place, and
where a group fails in another way, each of it is done alone. Nor does a group wait for long: it would keep everybody
else from what it has locked already.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import structlog

from community.database.failures import happened_to_all
from community.database.pool import Pool, the_pool
from community.database.statements import send
from community.database.transactions import current_transaction
from community.database.verbs import transaction
from community.kernel import about
from community.kernel.errors import Problem

Wanted = TypeVar("Wanted")
Result = TypeVar("Result")
Trait = Callable[[Wanted], Hashable]

log = structlog.get_logger(__name__)

AT_ONCE = 2
"""So many groups are under way while others gather: PostgreSQL writes one while another is prepared here."""

MOST = 32
"""So many go together."""

PATIENCE_SECONDS = 0.1
"""Who is under way for longer waits for somebody else's lock: others do not wait for them any more."""

LOCK_TIMEOUT = """
    select where case
        when current_setting('lock_timeout')::interval between interval '1 ms' and interval '500 ms' then false
        else set_config('lock_timeout', '500ms', true) is null
    end
"""
"""So long at most a group of several waits for somebody else's lock: no longer than a single one would. Then each is
done alone, and waits for the own ones."""


@dataclass(slots=True, eq=False)
class _Caller(Generic[Wanted, Result]):
    """What somebody wants, what keeps it apart and makes it alike, whom to tell, what is known where it was wanted."""

    wanted: Wanted
    name: Hashable
    kind: Hashable
    told: "asyncio.Future[Result]"
    context: Context = field(default_factory=copy_context)

    def tell(self, result: Result | Problem) -> None:
        """Here it is, or why not. Who has left hears nothing."""
        if isinstance(result, Problem):
            self.fail(result)
        elif not self.told.done():
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

    A Problem in the place of a result is raised to that caller alone: the verb has written nothing for them.

    Those go together who are `alike`, and of whom no two are the same in what keeps them `apart`. Where it is wanted
    inside a transaction, it is done there, alone.
    """

    def __init__(
        self,
        verb: Callable[[Sequence[Wanted]], Awaitable[Sequence[Result | Problem]]],
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

        Who leaves while waiting has wanted nothing. What is under way goes on, whoever leaves; but if a group falls
        apart, who has left it wanted nothing.
        """
        if current_transaction() is not None:
            return await self.alone(wanted)
        line = self._lines.get(the_pool())
        if line is None:
            line = self._lines[the_pool()] = _Line(self)
        return await line.do(wanted)

    async def alone(self, wanted: Wanted) -> Result:
        """Do only this."""
        (result,) = await self._verb([wanted])
        if isinstance(result, Problem):
            raise result
        return result

    async def together(self, callers: Sequence[_Caller[Wanted, Result]]) -> None:
        """Do what these want, and tell them."""
        if len(callers) == 1:
            await self._tell_alone(callers[0])
            return
        about.forget()  # what is done for all is no part of the first one's request
        try:
            results = [*zip(callers, await self._all([caller.wanted for caller in callers]), strict=True)]
        except BaseException as error:
            if not happened_to_all(error):
                log.warning("a group fell apart", callers=len(callers), error=repr(error))
                await self._each_alone(callers)
                return
            for caller in callers:
                caller.fail(error)
            if not isinstance(error, Exception):
                raise
        else:
            for caller, result in results:
                caller.tell(result)

    @transaction()
    async def _all(self, wanted: Sequence[Wanted]) -> Sequence[Result | Problem]:
        await send(LOCK_TIMEOUT)
        return await self._verb(wanted)

    async def _each_alone(self, callers: Sequence[_Caller[Wanted, Result]]) -> None:
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
        self._places: set[_Place] = set()
        self._stuck: Counter[Hashable] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    async def do(self, wanted: Wanted) -> Result:
        """Do it at once if there is room, else with those who wait."""
        name = self._group.apart(wanted)
        if self._has_room and not self._waiting and not self._is_under_way(name):
            place = _Place(self, frozenset([name]))
            try:
                return await self._group.alone(wanted)
            finally:
                place.end()
        told = asyncio.get_running_loop().create_future()
        caller = _Caller[Wanted, Result](wanted, name, self._group.alike(wanted), told)
        self._waiting.append(caller)
        self._go_on()
        return await caller.told

    def entered(self, place: "_Place") -> None:
        """A group is under way."""
        self._places.add(place)

    def lost_patience(self, place: "_Place") -> None:
        """Others do not wait for this group any more. But who is in it is in the way of a group."""
        self._places.discard(place)
        self._stuck.update(place.names)
        self._go_on()

    def ended(self, place: "_Place") -> None:
        """There is room for another one."""
        if place in self._places:
            self._places.discard(place)
        else:
            self._stuck -= Counter(place.names)
        self._go_on()

    @property
    def _has_room(self) -> bool:
        return len(self._places) < AT_ONCE

    def _is_under_way(self, name: Hashable) -> bool:
        return any(name in place.names for place in self._places)

    def _go_on(self) -> None:
        while self._has_room and (callers := self._next()):
            place = _Place(self, frozenset(caller.name for caller in callers))
            # Of its own, so that what is forgotten there is still known to the first one.
            context = callers[0].context.copy()
            task = asyncio.get_running_loop().create_task(self._carry_out(callers, place), context=context)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, callers: Sequence[_Caller[Wanted, Result]], place: "_Place") -> None:
        try:
            await self._group.together(callers)
        finally:
            place.end()

    def _next(self) -> list[_Caller[Wanted, Result]]:
        """The first who may go, and all who may go along. The same keep their order, and do not meet under way."""
        waiting, self._waiting = [each for each in self._waiting if not each.told.done()], []
        chosen: list[_Caller[Wanted, Result]] = []
        met: set[Hashable] = set()
        for caller in waiting:
            if caller.name not in met and not self._is_under_way(caller.name) and self._may_join(chosen, caller):
                chosen.append(caller)
            else:
                self._waiting.append(caller)
            met.add(caller.name)
        return chosen

    def _may_join(self, chosen: Sequence[_Caller[Wanted, Result]], caller: _Caller[Wanted, Result]) -> bool:
        """Whether this caller may go with those. Who waits for a lock with something else goes alone."""
        if not chosen:
            return True
        first = chosen[0]
        is_stuck = self._stuck[caller.name] or self._stuck[first.name]
        return len(chosen) < MOST and caller.kind == first.kind and not is_stuck


class _Place:
    """One of those AT_ONCE, until what is done there ends or lasts too long."""

    __slots__ = ("_line", "_timer", "names")

    def __init__(self, line: _Line[Any, Any], names: frozenset[Hashable]) -> None:
        self.names = names
        self._line = line
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, line.lost_patience, self)
        line.entered(self)

    def end(self) -> None:
        """It is over: let others go."""
        self._timer.cancel()
        self._line.ended(self)
