"""One run of a compiled operation, wave by wave.

A selection answers for all its objects at once with what it can read from them, and asks the run for the rest: levels,
and resolvers that take arguments or wait. Everything that was asked is called together, then completed, whereby the
next selections ask again.
"""

import asyncio
from collections.abc import Awaitable, Generator, Sequence
from itertools import islice
from types import CoroutineType, coroutine
from typing import Any

from graphql import ExecutionResult, Executor, GraphQLError, is_non_null_type, located_error
from graphql.execution.values import VariableValues

from schema.execution.arguments import Values
from schema.execution.calling import Asked, Call, EachCall, level_calls
from schema.execution.places import ROOT, Place
from schema.execution.plans import Plan, Variant
from schema.execution.recalling import Memory, Outcome
from schema.execution.selections import Field, Selection
from schema.execution.surprises import Nulled, Surprise

MAX_FIELDS_AT_ONCE = 150
"""How many fields are compiled while others wait. Of a large operation each run compiles some, until all are."""


class Run:
    """The state of one run. `memory` holds what was resolved, if somebody else has to go on."""

    def __init__(self, plan: Plan, variables: VariableValues, context: Any, root: Any) -> None:
        self.variables = variables
        self.memory = Memory()
        self.errors: list[GraphQLError] = []
        self.executor: Executor[Any] = object.__new__(type(plan.executor))
        vars(self.executor).update(
            vars(plan.executor), root_value=root, context_value=context, variable_values=variables
        )
        self._levels: list[Asked] = []
        self._later: list[EachCall] = []
        self._begun: list[tuple[Call, Sequence[Awaitable[Any]]]] = []
        self._arguments: dict[Field, Values] = {}
        self._compiled = 0

    async def of(self, variant: Variant) -> ExecutionResult:
        """The result of the operation. Raises Surprise, or whatever else compiled code met."""
        try:
            data = await self._data(variant)
        except Nulled:
            return ExecutionResult(None, self.errors)
        return ExecutionResult(data, self.errors or None)

    async def _data(self, variant: Variant) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for step in variant.steps:
            rows = step.select(self, [self.executor.root_value], ROOT)
            while self._levels or self._later or self._begun:
                await self._answer()
            data |= rows[0]
        return data

    def ask_level(self, field: Field, objects: list[Any], rows: list[dict[str, Any]], place: Place) -> None:
        """Ask a level about these objects, which stand at `place`, together with all who ask it now."""
        self._levels.append(Asked(field, objects, rows, place))

    def ask_later(self, field: Field, objects: list[Any], rows: list[dict[str, Any]], place: Place) -> None:
        """Ask each of these objects for what has to be waited for, together with everything else that has to be."""
        self._later.append(EachCall(field, objects, rows, place))

    def ask(self, field: Field, objects: list[Any], rows: list[dict[str, Any]], place: Place) -> None:
        """Ask each of these objects, which mostly answer at once."""
        call = EachCall(field, objects, rows, place)
        late = call.begin(self)
        if late:
            self._begun.append((call, late))
        else:
            call.answer(self)

    def keep(self, field: Field, objects: list[Any], values: list[Any]) -> None:
        """Remember what a selection has computed."""
        self.memory.keep_calls(field.nodes[0], objects, values, ())

    def compiled(self, selection: Selection) -> None:
        """Count what had to be compiled first. Raises Surprise when it is enough for this run."""
        self._compiled += len(selection.fields)
        if self._compiled > MAX_FIELDS_AT_ONCE:
            raise Surprise(f"more than {MAX_FIELDS_AT_ONCE} fields had to be compiled")

    def told(self, asked: Asked, values: list[Any]) -> list[Any] | None:
        """The values with null for the one error among them, which the answer tells. Raises Nulled if it takes all.

        None where that is not the whole story: of several errors graphql-core knows who comes first, and it knows what
        becomes null above one.
        """
        errors = [index for index, value in enumerate(values) if isinstance(value, Exception)]
        if len(errors) != 1 or self.errors:
            return None
        (index,) = errors
        path = next(islice(asked.place.paths(), index, None))
        must_not_be = is_non_null_type(asked.field.definition.type)
        if must_not_be and (path.prev is not None or len(asked.rows[0]) > 1):
            return None
        self.errors.append(located_error(values[index], asked.field.nodes, path.as_list()))
        if must_not_be:
            raise Nulled
        return [*values[:index], None, *values[index + 1 :]]

    def arguments(self, field: Field) -> Values:
        """The arguments of `field`, read once."""
        if field.arguments.constant is not None:
            return field.arguments.constant
        found = self._arguments.get(field)
        if found is None:
            found = self._arguments[field] = field.arguments.read(self.variables)
        return found

    def passed(self, field: Field) -> Values | None:
        """The same as a function of Strawberry's gets them; None if one of them needs to be converted."""
        if field.passed is not None or field.names is None:
            return field.passed
        return field.names.passed_on(self.arguments(field))

    def info_at(self, field: Field, path: Any) -> Any:
        """What graphql-core tells the resolver of `field` at `path`."""
        return self.executor.build_resolve_info(field.definition, field.nodes, field.parent_type, path)

    async def _answer(self) -> None:
        """Call everything that was asked, together, and complete it."""
        levels, later, begun = self._levels, self._later, self._begun
        self._levels, self._later, self._begun = [], [], []
        # Whatever may be wrong with arguments comes to light before a level is called.
        calls: list[Call] = [*later, *level_calls(self, levels)]
        begun += [(call, call.begin(self)) for call in calls]
        waiting = [(call, awaitable) for call, late in begun for awaitable in late]
        if waiting:
            for (call, _), outcome in zip(waiting, await _settled(waiting), strict=True):
                call.settle(outcome)
        for call, _ in begun:
            call.answer(self)


async def _settled(waiting: list[tuple[Call, Awaitable[Any]]]) -> list[Outcome]:
    """What came of each: its value or its exception. All together, the first that waits in the task of whoever asks.

    What was never late needs no task: it is expected to answer at once, as when all it shows came along. If it has to
    wait after all, the others wait for it this once.
    """
    if len(waiting) == 1:
        return [await _outcome(_seen(*waiting[0]))]
    late = [place for place, (call, awaitable) in enumerate(waiting) if _may_be_late(call.field, awaitable)]
    tasks = {place: _task(_seen(*waiting[place])) for place in late[1:]}
    outcomes: list[Outcome] = [None] * len(waiting)
    try:
        for place, (call, awaitable) in enumerate(waiting):
            if place not in late:
                outcomes[place] = await _outcome(_watched(call.field, awaitable))
        for place in late:
            outcomes[place] = await _outcome(tasks[place] if place in tasks else _seen(*waiting[place]))
    except BaseException:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        for _, awaitable in waiting:
            if isinstance(awaitable, CoroutineType):
                awaitable.close()
        raise
    return outcomes


async def _outcome(awaitable: Awaitable[Any]) -> Outcome:
    try:
        return await awaitable
    except Exception as error:
        return error


def _may_be_late(field: Field, awaitable: Awaitable[Any]) -> bool:
    return field.was_late is not False or not isinstance(awaitable, CoroutineType)


def _seen(call: Call, awaitable: Awaitable[Any]) -> Awaitable[Any]:
    """The same; the first time that a field is called, it is seen whether it has to be waited for."""
    if call.field.was_late is not None or not isinstance(awaitable, CoroutineType):
        return awaitable
    return _first_seen(call.field, awaitable)


async def _first_seen(field: Field, awaitable: Awaitable[Any]) -> Any:
    try:
        return await _watched(field, awaitable)
    finally:
        field.was_late = field.was_late or False


@coroutine
def _watched(field: Field, begun: Any) -> Generator[Any, Any, Any]:
    """The coroutine `begun`, told to the field if it has to be waited for."""
    try:
        waits_for = begun.send(None)
        field.was_late = True
        while True:
            try:
                given = yield waits_for
            except BaseException as error:
                waits_for = begun.throw(error)
            else:
                waits_for = begun.send(given)
    except StopIteration as done:
        return done.value


def _task(awaitable: Awaitable[Any]) -> asyncio.Future[Any]:
    if isinstance(awaitable, CoroutineType):
        return asyncio.get_running_loop().create_task(awaitable)
    return asyncio.ensure_future(awaitable)
