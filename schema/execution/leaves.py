"""Columns of scalars and enums, checked and written: at once where all values are of the usual kind."""

from collections.abc import Callable
from enum import Enum
from math import isfinite
from types import NoneType
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

Column = list[Any]
Write = Callable[[Column], Column]
"""From a column of values to the same column as it is sent. Raises Surprise, or what the scalar raises."""

AS_THEY_ARE: dict[int, Any] = {id(GraphQLString): str, id(GraphQLID): str, id(GraphQLBoolean): bool}
"""The scalars whose usual values are sent as they are."""

NOTHING = {NoneType, type(Undefined)}


def column(
    values_of: Callable[[list[Any]], Column], leaf: GraphQLLeafType, *, nullable: bool
) -> Callable[[list[Any]], Column]:
    """How to get a column of `leaf` from objects, as it is sent."""
    write = written(leaf, nullable=nullable)
    usual = _usual_kinds(leaf, nullable=nullable)
    if usual is None:
        return lambda objects: write(values_of(objects))

    def read(objects: list[Any]) -> Column:
        values = values_of(objects)
        return values if {*map(type, values)} <= usual else write(values)

    return read


def _usual_kinds(leaf: GraphQLLeafType, *, nullable: bool) -> set[type] | None:
    """The classes of values that need no look, for scalars that have some."""
    kind = AS_THEY_ARE.get(id(leaf))
    if kind is None and leaf.coerce_output_value in (int, str, bool):
        kind = leaf.coerce_output_value
    return None if kind is None else {kind, NoneType} if nullable else {kind}


def written(leaf: GraphQLLeafType, *, nullable: bool) -> Write:
    """How to write a column of `leaf`."""
    one_by_one = _one_by_one(leaf, nullable=nullable)
    usual = _usual_kinds(leaf, nullable=nullable)
    if usual is not None:
        return lambda column: column if {*map(type, column)} <= usual else one_by_one(column)
    if leaf is GraphQLInt:
        return _numbers(int, _are_ints, one_by_one)
    if leaf is GraphQLFloat:
        return _numbers(float, _are_finite, one_by_one)
    if isinstance(leaf, GraphQLEnumType):
        return _names(leaf, one_by_one, nullable=nullable)
    return one_by_one


def _numbers(kind: type, are_fine: Callable[[Column], bool], one_by_one: Write) -> Write:
    usual = {kind}
    return lambda column: column if {*map(type, column)} <= usual and are_fine(column) else one_by_one(column)


def _are_ints(column: Column) -> bool:
    return not column or (min(column) >= GRAPHQL_MIN_INT and max(column) <= GRAPHQL_MAX_INT)


def _are_finite(column: Column) -> bool:
    return all(map(isfinite, column))


def _names(leaf: GraphQLEnumType, one_by_one: Write, *, nullable: bool) -> Write:
    """Members of a Python enum are looked up; what is none of its members is not usual."""
    enum = getattr(leaf, "wrapped_cls", None)
    if not (isinstance(enum, type) and issubclass(enum, Enum)):
        return one_by_one
    usual: set[type] = {enum, NoneType} if nullable else {enum}
    names = {id(member): leaf.coerce_output_value(member) for member in enum.__members__.values()} | {id(None): None}

    def write(column: Column) -> Column:
        return [names[id(value)] for value in column] if {*map(type, column)} <= usual else one_by_one(column)

    return write


def _one_by_one(leaf: GraphQLLeafType, *, nullable: bool) -> Write:
    write = leaf.coerce_output_value
    usual: set[type] = {NoneType} if nullable else set()

    def each(column: Column) -> Column:
        kinds = {*map(type, column)}
        if not kinds <= usual:
            if not all(is_plain(kind) for kind in kinds - usual):
                return [_unusual(leaf, value, nullable=nullable) for value in column]
            if len(usual) < MAX_KINDS:
                usual.update(kinds)
        if NoneType in kinds:
            return [_unusual(leaf, value, nullable=nullable) for value in column]
        done = [write(value) for value in column]
        if not NOTHING.isdisjoint(map(type, done)):
            raise Surprise(f"{leaf.name} wrote nothing")
        return done

    return each


def _unusual(leaf: GraphQLLeafType, value: Any, *, nullable: bool) -> Any:
    if value is None or value is Undefined:
        if nullable:
            return None
        raise Surprise(f"{leaf.name} is null where it must not be")
    if not is_plain(type(value)):
        raise Surprise(f"{leaf.name} cannot be {type(value).__name__}")
    written = leaf.coerce_output_value(value)
    if written is None or written is Undefined:
        raise Surprise(f"{leaf.name} wrote nothing")
    return written
