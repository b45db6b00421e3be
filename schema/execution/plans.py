"""Plans: operations as they were compiled, as far as anybody has run them."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
)
from graphql.execution.collect_fields import FragmentDetails, collect_fields
from graphql.execution.values import VariableValues

from schema.execution import reference
from schema.execution.figures import Figures
from schema.execution.selections import Selection
from schema.execution.surprises import NotCompiled
from schema.execution.variables import Variables

MAX_VARIANTS = 8
"""How many answers to `@skip` and `@include` are compiled for one operation. Others are left to graphql-core."""
MAX_FIELDS = 1_000
"""How many fields, one for each type that may have it, are compiled for one variant of an operation."""
MAX_PLANS = 1_000
MAX_BYTES = 64 * 2**20
"""What all plans of a schema may take, estimated from these two."""
BYTES_OF_SYNTAX = 150
"""For each character of a document."""
BYTES_OF_CODE = 30
"""For each character of generated source."""


class Variant:
    """An operation for one answer to what its `@skip` and `@include` ask."""

    def __init__(self, plan: "Plan", variables: VariableValues) -> None:
        self.plan = plan
        self.fields = 0
        root_type = plan.schema.get_root_type(plan.operation.operation)
        if root_type is None:
            raise NotCompiled("the schema has no such operations")
        fields = collect_fields(plan.schema, plan.fragments, variables, root_type, plan.operation).grouped_field_set
        steps = [{key: found} for key, found in fields.items()] if plan.is_mutation else [fields]
        self.steps = [Selection(self, root_type, step) for step in steps]
        """What to do one after the other: the fields of a mutation; all at once for a query."""

    def takes(self, *, fields: int = 0, characters: int = 0) -> None:
        """Count what is compiled. Raises NotCompiled when it is too much."""
        self.fields += fields
        self.plan.bytes += characters * BYTES_OF_CODE
        if self.fields > MAX_FIELDS:
            raise NotCompiled(f"more than {MAX_FIELDS} fields")


class Plan:
    """One operation of a valid document."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        figures: Figures | None = None,
    ) -> None:
        self.schema = schema
        self.figures = figures or Figures()
        self.document = document
        self.operation = operation
        self.config = getattr(getattr(schema, "_strawberry_schema", None), "config", None)
        self.bytes = BYTES_OF_SYNTAX * len(operation.loc.source.body if operation.loc else "")
        self.why_not: str | None = None
        """Why the operation is left to graphql-core, if it is."""
        self._variants: dict[tuple[Any, ...], Variant] = {}
        try:
            self._read()
        except NotCompiled as reason:
            self.why_not = str(reason)

    @property
    def is_mutation(self) -> bool:
        """Whether its fields are done one after the other."""
        return self.operation.operation is OperationType.MUTATION

    def variant(self, variables: VariableValues) -> Variant:
        """The operation as these variables switch it. Raises NotCompiled."""
        switched = (*map(variables.coerced.get, self.switches),) if self.switches else ()
        found = self._variants.get(switched)
        if found is None:
            with self.figures.compiling():
                found = self._variants[switched] = self._compiled(switched, variables)
        return found

    def _compiled(self, switched: tuple[Any, ...], variables: VariableValues) -> Variant:
        if len(self._variants) >= MAX_VARIANTS:
            raise NotCompiled(f"more than {MAX_VARIANTS} variants")
        if any(type(value) is not bool for value in switched):
            raise NotCompiled("a condition is neither true nor false")
        try:
            return Variant(self, variables)
        except NotCompiled as reason:
            self.why_not = str(reason)
            raise

    def _read(self) -> None:
        self.fragments = _fragments(self.document)
        self.switches = _switches(self.document)
        self.variables = Variables(self.schema, self.operation)
        self.executor = reference.executor_of(self.schema, self.operation, self.fragments)


class Plans:
    """The plans of the operations that were run lately."""

    def __init__(
        self,
        schema: GraphQLSchema,
        figures: Figures | None = None,
        *,
        max_plans: int = MAX_PLANS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._schema = schema
        self._figures = figures or Figures()
        self._max_plans = max_plans
        self._max_bytes = max_bytes
        self._plans: OrderedDict[int, Plan] = OrderedDict()
        self._counted: dict[int, int] = {}
        self.bytes = 0
        """How much they take, as far as it was counted: what a run adds to its plan counts from the next run on."""

    def __len__(self) -> int:
        return len(self._plans)

    def of(self, document: DocumentNode, operation: OperationDefinitionNode) -> Plan:
        """The plan of an operation. It is known by the identity of its syntax, which the plan keeps alive."""
        key = id(operation)
        plan = self._plans.get(key)
        if plan is None:
            with self._figures.compiling():
                plan = self._plans[key] = Plan(self._schema, document, operation, self._figures)
        else:
            self._plans.move_to_end(key)
        if plan.bytes != self._counted.get(key):
            self._count(key, plan.bytes)
        return plan

    def _count(self, key: int, size: int) -> None:
        self.bytes += size - self._counted.get(key, 0)
        self._counted[key] = size
        while len(self._plans) > self._max_plans or (self.bytes > self._max_bytes and len(self._plans) > 1):
            forgotten, _ = self._plans.popitem(last=False)
            self.bytes -= self._counted.pop(forgotten)
            self._figures.forgotten += 1


def _fragments(document: DocumentNode) -> dict[str, FragmentDetails]:
    found = [each for each in document.definitions if isinstance(each, FragmentDefinitionNode)]
    if any(fragment.variable_definitions for fragment in found):
        raise NotCompiled("fragments have variables")
    return {fragment.name.value: FragmentDetails(fragment) for fragment in found}


def _switches(document: DocumentNode) -> tuple[str, ...]:
    """The variables that `@skip` and `@include` ask for. Raises NotCompiled for other directives."""
    names: dict[str, None] = {}
    for node in _directives(document):
        if node.name.value not in ("skip", "include"):
            raise NotCompiled(f"@{node.name.value} is neither @skip nor @include")
        values = [argument.value for argument in node.arguments or ()]
        names |= {value.name.value: None for value in values if isinstance(value, VariableNode)}
    return tuple(names)


def _directives(document: DocumentNode) -> Iterator[DirectiveNode]:
    below: list[Any] = [*document.definitions]
    while below:
        node = below.pop()
        yield from node.directives or ()
        below += getattr(node, "variable_definitions", None) or ()
        inner = getattr(node, "selection_set", None)
        below += inner.selections if inner else ()
