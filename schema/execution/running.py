"""One run of a compiled operation, wave by wave.

A selection answers for all its objects at once with what it can read from them, and asks the run for the rest: levels,
and resolvers that take arguments or wait. Everything that was asked is called together, then completed, whereby the
next selections ask again.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from graphql import Executor
from graphql.execution.values import VariableValues

from schema.execution.arguments import Values
from schema.execution.calling import Asked, calls_for
from schema.execution.places import Place, Root
from schema.execution.plans import Plan, Variant
from schema.execution.recalling import Memory
from schema.execution.selections import Field


class Run:
    """The state of one run. `memory` holds what was resolved, if somebody else has to go on."""

    def __init__(self, plan: Plan, variables: VariableValues, context: Any, root: Any) -> None:
        self.variables = variables
        self.memory = Memory()
        self.executor: Executor[Any] = object.__new__(type(plan.executor))
        vars(self.executor).update(
            vars(plan.executor), root_value=root, context_value=context, variable_values=variables
        )
        self._asked: list[Asked] = []
        self._arguments: dict[Field, Values] = {}

    async def of(self, variant: Variant) -> dict[str, Any]:
        """The data of the operation. Raises Surprise, or whatever else compiled code met."""
        data: dict[str, Any] = {}
        for step in variant.steps:
            rows = step.select(self, [self.executor.root_value], Root())
            while self._asked:
                await self._answer()
            data |= rows[0]
        return data

    def ask(self, field: Field, objects: list[Any], rows: list[dict[str, Any]], place: Place) -> None:
        """Ask for a field of these objects, which stand at `place`."""
        self._asked.append(Asked(field, objects, rows, place))

    def keep(self, field: Field, objects: list[Any], values: list[Any]) -> None:
        """Remember what a selection has computed."""
        self.memory.keep_calls(field.nodes[0], objects, values, ())

    def arguments(self, field: Field) -> Values:
        """The arguments of `field`, read once."""
        found = self._arguments.get(field)
        if found is None:
            found = self._arguments[field] = field.arguments(self.variables)
        return found

    def info(self, asked: Asked) -> Any:
        """What graphql-core tells the resolver of a field on the first of the objects."""
        return self.info_at(asked.field, next(iter(asked.values_at().paths())))

    def info_at(self, field: Field, path: Any) -> Any:
        """What graphql-core tells the resolver of `field` at `path`."""
        return self.executor.build_resolve_info(field.definition, field.nodes, field.parent_type, path)

    async def _answer(self) -> None:
        """Call everything that was asked, together, and complete it."""
        asked, self._asked = self._asked, []
        calls = calls_for(self, asked)
        waiting = [(call, awaitable) for call in calls for awaitable in call.begin()]
        outcomes = await _settled([awaitable for _, awaitable in waiting])
        for (call, _), outcome in zip(waiting, outcomes, strict=True):
            call.settle(outcome)
        for call in calls:
            for each, values in call.answers():
                key = each.field.key
                for row, value in zip(each.rows, each.field.complete(self, values, each.values_at()), strict=True):
                    row[key] = value


async def _settled(awaitables: list[Awaitable[Any]]) -> Sequence[Any]:
    """What came of each: its value or its exception. Together, but without a task where there is only one."""
    if not awaitables:
        return ()
    if len(awaitables) == 1:
        try:
            return (await awaitables[0],)
        except Exception as error:
            return (error,)
    outcomes = await asyncio.gather(*awaitables, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Exception):
            raise outcome
    return outcomes
