"""Calls of resolvers: one for all objects of a level, or one for each object."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from strawberry.execution import optimized_is_awaitable as is_awaitable

from schema.execution.arguments import converted
from schema.execution.informing import info_of
from schema.execution.levels import level_key
from schema.execution.places import Below, Place
from schema.execution.ways import Called, OfLevel, Resolved

if TYPE_CHECKING:
    from schema.execution.recalling import Outcome
    from schema.execution.running import Run
    from schema.execution.selections import Field


class Asked:
    """A field of some objects, to be written into their rows."""

    __slots__ = ("field", "objects", "place", "rows")

    def __init__(self, field: "Field", objects: list[Any], rows: list[dict[str, Any]], place: Place) -> None:
        self.field, self.objects, self.rows = field, objects, rows
        self.place = Below(place, field.key, field.parent_type.name)
        """Where the field's values stand."""

    def fill(self, run: "Run", values: list[Any]) -> None:
        """Complete what was found for the objects, and write it into their rows."""
        key, complete = self.field.key, self.field.complete
        try:
            done = complete(run, values, self.place)
        except Exception:
            others = run.told(self, values)
            if others is None:
                raise
            done = complete(run, others, self.place)
        for row, value in zip(self.rows, done, strict=True):
            row[key] = value


class LevelCall:
    """One call of a level for all that was asked of it at the same time with the same arguments."""

    def __init__(self, run: "Run", first: Asked) -> None:
        field, way = first.field, first.field.way
        assert isinstance(way, OfLevel), "nothing else is asked of a level"
        self._way, self._memory = way, run.memory
        self._info = info_of(way.info_class, run, field, first.place.first, way.declared)
        passed = run.passed(field)
        self._arguments = converted(way.declared, run.arguments(field), self._info) if passed is None else passed
        self.key = level_key(way.level, self._arguments)
        self.asked = [first]
        self._objects: list[Any] = []
        self._outcomes: list[Outcome] = []

    @property
    def field(self) -> "Field":
        """The field that it answers for, the first of them."""
        return self.asked[0].field

    def begin(self, _run: "Run") -> Sequence[Awaitable[Any]]:
        """Call it, and say what to wait for."""
        first, *others = self.asked
        self._objects = [each for asked in self.asked for each in asked.objects] if others else first.objects
        called = self._way.level.of(self._objects, self._info, self._arguments)
        if self._way.waits:
            return (called,)
        self.settle(_at_once(called))
        return ()

    def settle(self, outcome: "Outcome") -> None:
        """Take what came of it: values, or the exception that all get."""
        self._outcomes = [outcome] * len(self._objects) if isinstance(outcome, Exception) else [*outcome]
        self._memory.keep_level(self.key, self._objects, self._outcomes)

    def answer(self, run: "Run") -> None:
        """Give each who asked their part of it."""
        begin = 0
        for asked in self.asked:
            end = begin + len(asked.objects)
            asked.fill(run, self._outcomes[begin:end])
            begin = end


class EachCall(Asked):
    """A call of a resolver for each object."""

    __slots__ = ("_late", "_outcomes")

    def begin(self, run: "Run") -> Sequence[Awaitable[Any]]:
        """Call it for all, and say what to wait for."""
        field = self.field
        outcomes = self._outcomes = field.each(run, self.objects, self.place)
        late = [index for index, outcome in enumerate(outcomes) if is_awaitable(outcome)]
        run.memory.keep_calls(field.nodes[0], self.objects, outcomes, late)
        if not late:
            return ()
        self._late = iter(late)
        waiting = [outcomes[index] for index in late]
        if field.waits:
            return waiting
        for each in waiting:
            self.settle(_at_once(each))
        return ()

    def settle(self, outcome: "Outcome") -> None:
        """Take what came of the next one that had to be waited for."""
        self._outcomes[next(self._late)] = outcome

    def answer(self, run: "Run") -> None:
        """Give the one who asked what came of it."""
        self.fill(run, self._outcomes)


Call = LevelCall | EachCall
Each = Callable[["Run", list[Any], Place], "list[Outcome]"]
"""From objects, and where their values stand, to what the resolver returned for each, or the exception it raised."""


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
    """How to call the resolver of a field."""
    if isinstance(way, Called) and way.takes_self and not (way.info_name or way.source_names or field.definition.args):
        function = way.function
        return lambda _run, objects, _place: _outcomes(function, objects)
    return lambda run, objects, place: _outcomes(_caller(run, field, way), objects, place.paths())


def _outcomes(call: Callable[..., Any], *columns: Iterable[Any]) -> "list[Outcome]":
    outcomes: list[Any] = []
    for each in zip(*columns, strict=True):
        try:
            outcomes.append(call(*each))
        except Exception as error:
            outcomes.append(error)
    return outcomes


def _caller(run: "Run", field: "Field", way: Called | Resolved) -> Callable[[Any, Any], Any]:
    """How to call a resolver with an object and its path. Raises where an argument is wrong."""
    arguments = run.arguments(field)
    if isinstance(way, Resolved):
        resolve = way.resolve
        return lambda source, path: resolve(source, run.info_at(field, path), **arguments)
    passed = run.passed(field)

    def call(source: Any, path: Any) -> Any:
        named = dict(passed) if passed is not None else {}
        if way.info_name or passed is None:
            info = info_of(way.info_class, run, field, lambda: path, way.declared)
            if passed is None:
                named = converted(way.declared, arguments, info)
            if way.info_name:
                named[way.info_name] = info
        for name in way.source_names:
            named[name] = source
        return way.function(source, **named) if way.takes_self else way.function(**named)

    return call


def _at_once(called: Coroutine[Any, Any, Any]) -> "Outcome":
    """What comes of a coroutine that awaits nothing."""
    try:
        called.send(None)
    except StopIteration as done:
        return done.value
    except Exception as error:
        return error
    raise AssertionError("what awaits nothing is never suspended")
