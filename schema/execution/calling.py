"""Calls of resolvers: one for all objects of a level, or one for each object."""

from collections.abc import Callable, Coroutine, Sequence
from types import CoroutineType, NoneType
from typing import TYPE_CHECKING, Any

from strawberry.execution import optimized_is_awaitable as is_awaitable

from schema.execution.arguments import converted
from schema.execution.informing import raw_info
from schema.execution.levels import level_key
from schema.execution.places import Below, Place
from schema.execution.ways import Called, OfLevel, Resolved

if TYPE_CHECKING:
    from schema.execution.recalling import Outcome
    from schema.execution.running import Run
    from schema.execution.selections import Field

Row = dict[str, Any]
Asked = tuple["Field", list[Any], list[Row], Place]
"""A field of some objects, to be written into their rows, and where the objects stand."""

COROUTINES = {CoroutineType}
AT_ONCE = {NoneType, bool, int, float, str, list, dict}
"""Classes of what is never waited for."""


class EachCall:
    """A call of a resolver for each object."""

    __slots__ = ("_place", "_rows", "field", "late", "outcomes")

    def __init__(self, run: "Run", field: "Field", objects: list[Any], rows: list[Row], place: Place) -> None:
        """Call it for all."""
        self.field, self._rows, self._place = field, rows, place
        outcomes = self.outcomes = field.each(run, objects, place)
        """What came of each; at first, what it waits for."""
        kinds = {*map(type, outcomes)}
        late: Sequence[int] = ()
        if kinds == COROUTINES:
            late = range(len(outcomes))
        elif not kinds <= AT_ONCE:
            late = [index for index, outcome in enumerate(outcomes) if is_awaitable(outcome)]
        run.memory.calls.append((field.nodes[0], objects, outcomes, late))
        if not field.waits:
            for index in late:
                outcomes[index] = _at_once(outcomes[index])
            late = ()
        self.late = late
        """Which of the outcomes have to be waited for."""

    def answer(self, run: "Run") -> None:
        """Give the one who asked what came of it."""
        run.fill(self.field, self.outcomes, self._rows, self._place)


class LevelCall:
    """One call of a level for all that was asked of it at the same time with the same arguments."""

    __slots__ = ("_arguments", "_info", "_objects", "_way", "asked", "field", "key", "late", "outcomes")

    def __init__(self, run: "Run", asked: Asked) -> None:
        """Read its arguments."""
        field, self._objects, _, place = asked
        way = field.way
        assert isinstance(way, OfLevel), "nothing else is asked of a level"
        self.field, self._way, self.asked = field, way, [asked]
        self._info = way.inform(run, field, way, place, 0)
        passed = run.passed(field) if field.passed is None else field.passed
        self._arguments = converted(way.declared, run.arguments(field), self._info) if passed is None else passed
        self.key = field.level_key or level_key(way.level, self._arguments)
        self.late: Sequence[int] = (0,) if way.waits else ()

    def begin(self) -> None:
        """Call it for all who asked."""
        if len(self.asked) > 1:
            self._objects = [each for _, objects, _, _ in self.asked for each in objects]
        told = (self._info,) if self._way.level.takes_info else ()
        called: Any = self._way.level.resolve(self._objects, *told, **self._arguments)
        self.outcomes = [called if self._way.waits else _at_once(called)]
        """What came of it; at first, what it waits for."""

    def answer(self, run: "Run") -> None:
        """Give each who asked their part of it."""
        (outcomes,) = self.outcomes
        if type(outcomes) is not list or len(outcomes) != len(self._objects):
            outcomes = self._outcomes(outcomes)
        run.memory.levels.append((self.key, self._objects, outcomes))
        begin = 0
        for field, objects, rows, place in self.asked:
            end = begin + len(objects)
            run.fill(field, outcomes[begin:end], rows, place)
            begin = end

    def _outcomes(self, outcome: Any) -> "list[Outcome]":
        """For each object its value, or the exception that all get."""
        try:
            if not isinstance(outcome, Exception):
                return [*self._way.level.checked(outcome, self._objects)]
        except Exception as error:
            outcome = error
        return [outcome] * len(self._objects)


Call = LevelCall | EachCall
Each = Callable[["Run", list[Any], Place], "list[Outcome]"]
"""From objects, and where they stand, to what the resolver returned for each, or the exception it raised."""


def level_calls(run: "Run", asked: list[Asked]) -> list[LevelCall]:
    """The calls that answer all that was asked of levels. Raises before anything is called if an argument is wrong."""
    calls: dict[Any, LevelCall] = {}
    for each in asked:
        call = LevelCall(run, each)
        known = calls.setdefault(call.key, call)
        if known is not call:
            known.asked.append(each)
    return [*calls.values()]


def each_of(field: "Field", way: Called | Resolved) -> Each:
    """How to call the resolver of a field. What it returns raises where an argument is wrong."""
    if isinstance(way, Resolved):
        return _resolving(field, way)
    if way.takes_self and way.is_async and not (way.info_name or way.source_names or field.definition.args):
        function = way.function
        # Calling it only makes a coroutine.
        return lambda _run, objects, _place: [*map(function, objects)]
    return _calling(field, way)


def _resolving(field: "Field", way: Resolved) -> Each:
    resolve = way.resolve

    def each(run: "Run", objects: list[Any], place: Place) -> "list[Outcome]":
        outcomes: list[Outcome] = []
        arguments, below = run.arguments(field), Below((place, field))
        for index, source in enumerate(objects):
            try:
                outcomes.append(resolve(source, raw_info(run, field, below.at(index)), **arguments))
            except Exception as error:
                outcomes.append(error)
        return outcomes

    return each


def _calling(field: "Field", way: Called) -> Each:
    function, info_name = way.function, way.info_name

    def each(run: "Run", objects: list[Any], place: Place) -> "list[Outcome]":
        outcomes: list[Outcome] = []
        passed = run.passed(field) if field.passed is None else field.passed
        for index, source in enumerate(objects):
            try:
                info = way.inform(run, field, way, place, index) if info_name or passed is None else None
                named = converted(way.declared, run.arguments(field), info) if passed is None else {**passed}
                if info_name:
                    named[info_name] = info
                for name in way.source_names:
                    named[name] = source
                outcomes.append(function(source, **named) if way.takes_self else function(**named))
            except Exception as error:
                outcomes.append(error)
        return outcomes

    return each


def _at_once(called: Coroutine[Any, Any, Any]) -> "Outcome":
    """What comes of a coroutine that awaits nothing."""
    try:
        called.send(None)
    except StopIteration as done:
        return done.value
    except Exception as error:
        return error
    raise AssertionError("what awaits nothing is never suspended")
