"""One run of a compiled operation, wave by wave.

A selection answers for all its objects at once with what it can read from them, and asks the run for the rest: levels,
and resolvers that take arguments or wait. Everything that was asked is called together, then completed, whereby the
next selections ask again.
"""

from functools import cached_property
from typing import Any

from graphql import ExecutionResult, Executor, GraphQLError, is_non_null_type, located_error
from graphql.execution.values import VariableValues

from schema.execution.arguments import Values
from schema.execution.calling import Asked, Call, EachCall, Row, level_calls
from schema.execution.places import ROOT, Below, Place
from schema.execution.plans import Plan, Variant
from schema.execution.recalling import Memory
from schema.execution.selections import Field, Selection
from schema.execution.surprises import Nulled, Surprise
from schema.execution.waiting import settle

MAX_FIELDS_AT_ONCE = 150
"""How many fields are compiled while others wait. Of a large operation each run compiles some, until all are."""


class Run:
    """The state of one run. `memory` holds what was resolved, if somebody else has to go on."""

    def __init__(self, plan: Plan, variables: VariableValues, context: Any, root: Any) -> None:
        self.plan, self.variables, self.context, self.root = plan, variables, context, root
        self.memory = Memory()
        self.errors: list[GraphQLError] = []
        self.levels: list[Asked] = []
        """What is asked of levels, together with all who ask them now."""
        self.later: list[Asked] = []
        """What each object is asked for and has to be waited for, together with everything else that has to be."""
        self._begun: list[Call] = []
        self._arguments: dict[Field, Values] = {}
        self._compiled = 0

    @cached_property
    def executor(self) -> Executor[Any]:
        """What graphql-core would run the operation with: it knows what resolvers are told."""
        executor: Executor[Any] = object.__new__(type(self.plan.executor))
        vars(executor).update(
            vars(self.plan.executor),
            root_value=self.root,
            context_value=self.context,
            variable_values=self.variables,
        )
        return executor

    async def of(self, variant: Variant) -> ExecutionResult:
        """The result of the operation. Raises Surprise, or whatever else compiled code met."""
        data: Row = {}
        try:
            for step in variant.steps:
                rows = step.select(self, [self.root], ROOT)
                while self.levels or self.later or self._begun:
                    calls = self._calls()
                    await settle(calls)
                    for call in calls:
                        call.answer(self)
                data |= rows[0]
        except Nulled:
            return ExecutionResult(None, self.errors)
        return ExecutionResult(data, self.errors or None)

    def _calls(self) -> list[Call]:
        """The calls of everything that was asked, begun."""
        levels, later, begun = self.levels, self.later, self._begun
        self.levels, self.later, self._begun = [], [], []
        # Whatever may be wrong with arguments comes to light before a level is called.
        calls = level_calls(self, levels) if levels else []
        for asked in later:
            begun.append(EachCall(self, *asked))
        for call in calls:
            call.begin()
        return [*begun, *calls]

    def ask(self, asked: Asked) -> None:
        """Ask each of these objects, which mostly answer at once."""
        call = EachCall(self, *asked)
        if call.late:
            self._begun.append(call)
        else:
            call.answer(self)

    def fill(self, field: Field, values: list[Any], rows: list[Row], place: Place) -> None:
        """Complete what was found for the objects that stand at `place`, and write it into their rows."""
        key, below = field.key, Below((place, field))
        try:
            done = field.complete(self, values, below)
        except Exception:
            others = self._told(field, values, rows, below)
            if others is None:
                raise
            done = field.complete(self, others, below)
        for index, value in enumerate(done):
            rows[index][key] = value

    def keep(self, field: Field, objects: list[Any], values: list[Any]) -> None:
        """Remember what a selection has computed."""
        self.memory.calls.append((field.nodes[0], objects, values, ()))

    def compiled(self, selection: Selection) -> None:
        """Count what had to be compiled first. Raises Surprise when it is enough for this run."""
        self._compiled += len(selection.fields)
        if self._compiled > MAX_FIELDS_AT_ONCE:
            raise Surprise(f"more than {MAX_FIELDS_AT_ONCE} fields had to be compiled")

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

    def _told(self, field: Field, values: list[Any], rows: list[Row], place: Place) -> list[Any] | None:
        """The values with null for the one error among them, which the answer tells. Raises Nulled if it takes all.

        None where that is not the whole story: of several errors graphql-core knows who comes first, and it knows what
        becomes null above one.
        """
        errors = [index for index, value in enumerate(values) if isinstance(value, Exception)]
        if len(errors) != 1 or self.errors:
            return None
        (index,) = errors
        path: Any = place.at(index)
        must_not_be = is_non_null_type(field.definition.type)
        if must_not_be and (path.prev is not None or len(rows[0]) > 1):
            return None
        self.errors.append(located_error(values[index], field.nodes, path.as_list()))
        if must_not_be:
            raise Nulled
        return [*values[:index], None, *values[index + 1 :]]
