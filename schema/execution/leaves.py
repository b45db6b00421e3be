"""Scalars and enums as code: a value of the usual class is checked and written in place, any other is looked at.

if type(x0) is not str: x0 = w0(x0)                                 # String!: sent as it is
x1 = e1[id(x1)] if type(x1) is t1 else w1(x1)                       # an enum: looked up
"""

from collections.abc import Callable
from enum import Enum
from math import inf
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT

from schema.execution.kinds import MAX_KINDS, is_plain
from schema.execution.surprises import Surprise

AS_THEY_ARE: dict[int, type] = {id(GraphQLString): str, id(GraphQLID): str, id(GraphQLBoolean): bool}
"""The scalars whose usual values are sent as they are."""

Lines = list[str]
Names = dict[str, Any]
"""What the names in some lines of code mean."""


def written(leaf: GraphQLLeafType, x: str, *, nullable: bool) -> tuple[Lines, Names]:
    """How to write the value that is called `x`. Raises Surprise, or what the scalar raises."""
    number, unless_null = x[1:], f"{x} is not None and " if nullable else ""
    kinds: set[type] = set()
    names: Names = {f"w{number}": _one(leaf, kinds, nullable=nullable)}
    sent = _sent_as_they_are(leaf)
    if sent is not None:
        return [f"if {unless_null}type({x}) is not {sent.__name__}: {x} = w{number}({x})"], names
    if leaf is GraphQLInt:
        usual = f"type({x}) is int and {GRAPHQL_MIN_INT} <= {x} <= {GRAPHQL_MAX_INT}"
        return [f"if {unless_null}not ({usual}): {x} = w{number}({x})"], names
    if leaf is GraphQLFloat:
        usual = f"type({x}) is float and -inf < {x} < inf"
        return [f"if {unless_null}not ({usual}): {x} = w{number}({x})"], names | {"inf": inf}
    enum = _enum(leaf)
    if enum is not None:
        known = {id(member): leaf.coerce_output_value(member) for member in enum.__members__.values()}
        line = f"{x} = e{number}[id({x})] if type({x}) is t{number} else w{number}({x})"
        names |= {f"e{number}": known, f"t{number}": enum}
        return [f"if {x} is not None: {line}" if nullable else line], names
    return [
        f"if type({x}) in t{number}:",
        f"    {x} = s{number}({x})",
        f"    if {x} is None or {x} is Undefined: raise Surprise(n{number})",
        f"elif {x} is not None: {x} = w{number}({x})" if nullable else f"else: {x} = w{number}({x})",
    ], names | {
        f"s{number}": leaf.coerce_output_value,
        f"t{number}": kinds,
        f"n{number}": _nothing(leaf),
        "Undefined": Undefined,
        "Surprise": Surprise,
    }  # fmt: skip


def _sent_as_they_are(leaf: GraphQLLeafType) -> type | None:
    """The class of the values that need no more than to be of it, for scalars that have one."""
    own = leaf.coerce_output_value
    return own if own in (int, str, bool) else AS_THEY_ARE.get(id(leaf))


def _enum(leaf: GraphQLLeafType) -> type[Enum] | None:
    """The Python enum whose members are looked up; what is none of them is not usual."""
    found = getattr(leaf, "wrapped_cls", None) if isinstance(leaf, GraphQLEnumType) else None
    return found if isinstance(found, type) and issubclass(found, Enum) else None


def _one(leaf: GraphQLLeafType, kinds: set[type], *, nullable: bool) -> Callable[[Any], Any]:
    """How to write a value of any class. The classes that are fine are added to `kinds`."""

    def write(value: Any) -> Any:
        if value is None or value is Undefined:
            if nullable:
                return None
            raise Surprise(f"{leaf.name} is null where it must not be")
        kind = type(value)
        if not is_plain(kind):
            raise Surprise(f"{leaf.name} cannot be {kind.__name__}")
        if len(kinds) < MAX_KINDS:
            kinds.add(kind)
        written = leaf.coerce_output_value(value)
        if written is None or written is Undefined:
            raise Surprise(_nothing(leaf))
        return written

    return write


def _nothing(leaf: GraphQLLeafType) -> str:
    return f"{leaf.name} wrote nothing"
