"""Selections: what is asked of the objects of one type at one place, and the function that answers for all of them."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet, collect_subfields
from graphql.type import TypeNameMetaFieldDef

from schema.execution.arguments import Arguments, Names, Values, arguments_of
from schema.execution.calling import Each, each_of
from schema.execution.completing import Completer, completer
from schema.execution.generating import selecting
from schema.execution.levels import LevelKey, level_key
from schema.execution.places import Place
from schema.execution.surprises import NotCompiled
from schema.execution.ways import Called, OfLevel, Resolved, way_of

if TYPE_CHECKING:
    from schema.execution.plans import Variant
    from schema.execution.running import Run

Select = Callable[["Run", list[Any], Place], list[dict[str, Any]]]
"""From the objects, never none, and where they stand, to one row for each."""


class Field:
    """One field of a selection: all places of the document that ask for it under one key, and how to get it."""

    def __init__(self, variant: "Variant", parent_type: GraphQLObjectType, key: str, details: FieldDetailsList) -> None:
        self.variant = variant
        self.parent_type = parent_type
        self.key = key
        self.details = details
        self.nodes = [each.node for each in details]
        self.definition = _definition(variant, parent_type, self.nodes[0].name.value, details)
        self.is_typename = self.definition is TypeNameMetaFieldDef
        self.way = way_of(self.definition, variant.plan.config)
        self._selections: dict[str, Selection] = {}
        self.was_late = False
        """Whether what its resolver returned had to be waited for lately: then others of its wave begin before it."""

    @cached_property
    def complete(self) -> Completer:
        """How to complete a column of its values."""
        return completer(self, self.definition.type)

    @cached_property
    def arguments(self) -> Arguments:
        """What its resolver gets."""
        return arguments_of(self.definition, self.nodes[0])

    @cached_property
    def names(self) -> Names | None:
        """What that is called in Python, if the resolver is a function of Strawberry's."""
        config = self.variant.plan.config
        if config is None or not isinstance(self.way, OfLevel | Called):
            return None
        return Names.of(self.definition, self.way.declared, config)

    @cached_property
    def passed(self) -> Values | None:
        """What such a function gets, if that is the same in every run."""
        constant = self.arguments.constant
        return None if constant is None or self.names is None else self.names.passed_on(constant)

    @cached_property
    def level_key(self) -> LevelKey | None:
        """Under which key its level is called, if that is the same in every run."""
        if self.passed is None or not isinstance(self.way, OfLevel):
            return None
        return level_key(self.way.level, self.passed)

    @cached_property
    def each(self) -> Each:
        """How to call its resolver for each object."""
        assert isinstance(self.way, Called | Resolved), "nothing else is called for each object"
        return each_of(self, self.way)

    @cached_property
    def waits(self) -> bool:
        """Whether what its resolver returns may have to be waited for."""
        return isinstance(self.way, Called | Resolved | OfLevel) and self.way.waits

    @property
    def returned(self) -> str:
        """The name of the type that it returns, without lists."""
        return get_named_type(self.definition.type).name

    def selection(self, run: "Run", kind: GraphQLObjectType) -> "Selection":
        """What is asked of those of its objects that are of type `kind`."""
        found = self._selections.get(kind.name)
        if found is None:
            with self.variant.plan.figures.compiling():
                found = self._selections[kind.name] = self.compiled(kind, run.variables)
            run.compiled(found)
        return found

    def compiled(self, kind: GraphQLObjectType, variables: Any) -> "Selection":
        """The same, compiled anew. `variables` need to hold what `@skip` and `@include` ask for."""
        plan = self.variant.plan
        collected = collect_subfields(plan.schema, plan.fragments, variables, plan.operation, kind, self.details)
        return Selection(self.variant, kind, collected.grouped_field_set)


class Selection:
    """What is asked of objects of one type, as a function of the list of them."""

    def __init__(self, variant: "Variant", parent_type: GraphQLObjectType, grouped: GroupedFieldSet) -> None:
        variant.takes(fields=len(grouped))
        self.parent_type = parent_type
        self.fields = [Field(variant, parent_type, key, details) for key, details in grouped.items()]
        self.source, self.select = selecting(self.fields)
        variant.takes(characters=len(self.source))


def _definition(
    variant: "Variant", parent_type: GraphQLObjectType, name: str, details: FieldDetailsList
) -> GraphQLField:
    definition = variant.plan.schema.get_field(parent_type, name)
    if definition is None or name in ("__schema", "__type"):
        raise NotCompiled(f"{name} is about the schema itself")
    if any(each.fragment_variable_values for each in details):
        raise NotCompiled("fragments have variables")
    return definition
