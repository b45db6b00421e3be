"""Calls of resolvers: one for all objects of a level, or one for each object."""

import dis
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import cache
from inspect import CO_COROUTINE
from typing import TYPE_CHECKING, Any

from strawberry.execution import optimized_is_awaitable as is_awaitable

from schema.execution.arguments import Values, converted
from schema.execution.levels import level_key
from schema.execution.places import Below, Place
from schema.execution.ways import Called, OfLevel, Resolved

if TYPE_CHECKING:
    from schema.execution.running import Run
    from schema.execution.selections import Field

WAITING = frozenset({"SEND", "GET_AWAITABLE", "GET_ANEXT"})
"""The instructions at which a coroutine can be suspended."""


class Asked:
    """A field of some objects, to be written into their rows."""

    __slots__ = ("field", "objects", "place", "rows")

    def __init__(self, field: "Field", objects: list[Any], rows: list[dict[str, Any]], place: Place) -> None:
        self.field, self.objects, self.rows, self.place = field, objects, rows, place

    def values_at(self) -> Below:
        """Where the field's values stand."""
        return Below(self.place, self.field.key, self.field.parent_type.name)


class LevelCall:
    """One call of a level for all that was asked of it at the same time with the same arguments."""

    def __init__(self, run: "Run", first: Asked, way: OfLevel) -> None:
        self._way, self._memory = way, run.memory
        self._info = way.info_class(_raw_info=run.info(first), _field=way.declared)
        self._arguments = _level_arguments(first.field, way, run.arguments(first.field), self._info)
        self.key = level_key(way.level, self._arguments)
        self.asked = [first]
        self._objects: list[Any] = []
        self._outcomes: list[Any] = []

    def begin(self) -> Iterable[Awaitable[Any]]:
        """Call it, and say what to wait for."""
        self._objects = [each for asked in self.asked for each in asked.objects]
        called = self._way.level.of(self._objects, self._info, self._arguments)
        if may_wait(self._way.level.resolve):
            return (called,)
        self.settle(_at_once(called))
        return ()

    def settle(self, outcome: Any) -> None:
        """Take what came of it: values, or the exception that all get."""
        self._outcomes = [outcome] * len(self._objects) if isinstance(outcome, Exception) else [*outcome]
        self._memory.keep_level(self.key, self._objects, self._outcomes)

    def answers(self) -> Iterable[tuple[Asked, list[Any]]]:
        """What each who asked gets."""
        begin = 0
        for asked in self.asked:
            end = begin + len(asked.objects)
            yield asked, self._outcomes[begin:end]
            begin = end


class EachCall:
    """A call of a resolver for each object."""

    def __init__(self, run: "Run", asked: Asked, way: Called | Resolved) -> None:
        self._run, self._asked = run, asked
        self._call = _caller(run, asked.field, way)
        self._outcomes: list[Any] = []
        self._late: list[int] = []
        self._settled = 0

    def begin(self) -> Iterable[Awaitable[Any]]:
        """Call it for all, and say what to wait for."""
        asked, call, outcomes = self._asked, self._call, self._outcomes
        for source, path in zip(asked.objects, asked.values_at().paths(), strict=True):
            try:
                outcomes.append(call(source, path))
            except Exception as error:
                outcomes.append(error)
        self._late = [index for index, outcome in enumerate(outcomes) if is_awaitable(outcome)]
        self._run.memory.keep_calls(asked.field.nodes[0], asked.objects, outcomes, self._late)
        return [outcomes[index] for index in self._late]

    def settle(self, outcome: Any) -> None:
        """Take what came of the next one that had to be waited for."""
        self._outcomes[self._late[self._settled]] = outcome
        self._settled += 1

    def answers(self) -> Iterable[tuple[Asked, list[Any]]]:
        """What the one who asked gets."""
        return ((self._asked, self._outcomes),)


def calls_for(run: "Run", asked: list[Asked]) -> list[LevelCall | EachCall]:
    """The calls that answer all that was asked. Raises before anything is called if an argument is wrong."""
    levels: dict[Any, LevelCall] = {}
    calls: list[LevelCall | EachCall] = []
    for each in asked:
        way = each.field.way
        if isinstance(way, OfLevel):
            call = LevelCall(run, each, way)
            known = levels.setdefault(call.key, call)
            if known is call:
                calls.append(call)
            else:
                known.asked.append(each)
        else:
            assert isinstance(way, Called | Resolved), "everything else is read by the selection itself"
            calls.append(EachCall(run, each, way))
    return calls


@cache
def may_wait(function: Callable[..., Any]) -> bool:
    """Whether a function's coroutine can be suspended: not if it is an `async def` that awaits nothing."""
    code = getattr(function, "__code__", None)
    if code is None or not code.co_flags & CO_COROUTINE:
        return True
    return any(instruction.opname in WAITING for instruction in dis.get_instructions(code))


def _at_once(called: Coroutine[Any, Any, Any]) -> Any:
    try:
        called.send(None)
    except StopIteration as done:
        return done.value
    except Exception as error:
        return error
    raise AssertionError("what awaits nothing is never suspended")


def _caller(run: "Run", field: "Field", way: Called | Resolved) -> Callable[[Any, Any], Any]:
    """How to call a resolver with an object and its path. Raises where an argument is wrong."""
    arguments = run.arguments(field)
    if isinstance(way, Resolved):
        resolve = way.resolve
        return lambda source, path: resolve(source, run.info_at(field, path), **arguments)
    passed = field.names.passed_on(arguments) if field.names else None

    def call(source: Any, path: Any) -> Any:
        named = dict(passed) if passed is not None else {}
        if way.info_name or passed is None:
            info = way.info_class(_raw_info=run.info_at(field, path), _field=way.declared)
            if passed is None:
                named = converted(way.declared, arguments, info)
            if way.info_name:
                named[way.info_name] = info
        for name in way.source_names:
            named[name] = source
        return way.function(source, **named) if way.takes_self else way.function(**named)

    return call


def _level_arguments(field: "Field", way: OfLevel, arguments: Values, info: Any) -> Values:
    passed = field.names.passed_on(arguments) if field.names else None
    return converted(way.declared, arguments, info) if passed is None else passed
