"""Documents made from the schema: for every root field one that goes every way from it, to a depth, to every leaf."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from schema.root import schema

GRAPH = schema()._schema


DEEPEST = 8
"""Objects within objects that are no entities: more than any answer has."""


@dataclass(slots=True)
class Walk:
    """One selection under way: how many paths it has, and what it could not enter because nobody knew an argument."""

    depth: int
    values: Mapping[str, str]
    paths: int = 0
    nesting: int = 0
    closed: set[str] = field(default_factory=set)

    def selection(self, kind: GraphQLNamedType, trail: tuple[str, ...]) -> str:
        """Everything below an object, an interface or a union."""
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            parts = (
                f"... on {each.name} {{ {below} }}"
                for each in GRAPH.get_possible_types(kind)
                if (below := self.selection(each, trail))
            )
            return " ".join(("__typename", *parts))
        assert isinstance(kind, GraphQLObjectType)
        shown = (self._field(kind, name, each, trail) for name, each in kind.fields.items())
        return " ".join(each for each in shown if each)

    def _field(self, kind: GraphQLObjectType, name: str, each: GraphQLField, trail: tuple[str, ...]) -> str:
        given = arguments(each.args, self.values)
        if given is None:
            self.closed.add(f"{kind.name}.{name}")
            return ""
        returned = get_named_type(each.type)
        # Two types that stand beside each other may disagree about a field: each has a name of its own.
        called = f"{kind.name}_{name}: {name}{given}" if name != "id" else name
        if is_leaf_type(returned):
            self.paths += 1
            return called
        further = (*trail, returned.name) if leads_on(returned) else trail
        if len(further) > self.depth or self.nesting > DEEPEST:
            return ""
        self.nesting += 1
        below = self.selection(returned, further)
        self.nesting -= 1
        return f"{called} {{ {below} }}" if below else ""


def leads_on(kind: GraphQLNamedType) -> bool:
    """Whether going there is a step from one entity to another; everything else belongs to the one it is asked of."""
    return isinstance(kind, GraphQLUnionType | GraphQLInterfaceType) or (
        isinstance(kind, GraphQLObjectType) and GRAPH.type_map["Node"] in kind.interfaces
    )


def arguments(taken: Mapping[str, GraphQLArgument], values: Mapping[str, str]) -> str | None:
    """What to give to a field: all that is required, and pages as large as possible. None if nobody knows a value."""
    given = []
    for name, argument in taken.items():
        if name == "first":
            given.append("first: 100")
        elif name == "size":
            given.append("size: 2")
        elif is_required_argument(argument):
            value = value_of(name, argument.type, values)
            if value is None:
                return None
            given.append(f"{name}: {value}")
    return f"({', '.join(given)})" if given else ""


def value_of(name: str, kind: Any, values: Mapping[str, str]) -> str | None:
    """A literal for an argument: a known one by its name, else any of its type."""
    if name in values:
        return values[name]
    if isinstance(kind, GraphQLNonNull):
        return value_of(name, kind.of_type, values)
    if is_list_type(kind):
        return "[]"
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        parts = {
            each: value_of(each, inner.type, values)
            for each, inner in kind.fields.items()
            if is_required_input_field(inner)
        }
        return None if None in parts.values() else "{" + ", ".join(f"{k}: {v}" for k, v in parts.items()) + "}"
    return {"Int": "1", "Long": "1", "Boolean": "true", "DateTime": '"2030-01-01T00:00:00Z"'}.get(kind.name)


def documents(
    root: GraphQLObjectType, values: Mapping[str, str], depth_of: Callable[[str], int]
) -> Iterator[tuple[str, Walk]]:
    """For each root field a document that goes every way from it, as many entities deep as `depth_of` its name says."""
    for name, each in root.fields.items():
        walk = Walk(depth_of(name), values)
        given = arguments(each.args, values)
        if given is None:
            walk.closed.add(name)
            yield "", walk
            continue
        returned = get_named_type(each.type)
        below = (
            ""
            if is_leaf_type(returned)
            else f"{{ {walk.selection(returned, (returned.name,) if leads_on(returned) else ())} }}"
        )
        yield f"query {{ {name}{given} {below} }}", walk
