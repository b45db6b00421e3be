"""Columns completed: a column of values in, the same column as it is sent out.

A completer of a type is put together from those of its parts: `[Post!]!` is a list, of objects, of their selection.
"""

from collections.abc import Callable, Collection, Iterator
from itertools import accumulate, chain, islice, repeat
from types import NoneType
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLOutputType,
    Undefined,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.pyutils import is_iterable
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from schema.execution.generating import writing
from schema.execution.informing import raw_info
from schema.execution.kinds import Kinds
from schema.execution.places import Items, Place, Some
from schema.execution.surprises import Surprise

if TYPE_CHECKING:
    from schema.execution.running import Run
    from schema.execution.selections import Field, Select

Column = list[Any]
ONLY_LISTS = {list}
NULLS = {NoneType, type(Undefined)}
CAST = repeat(TYPE_CAST_ATTRIBUTE)

Completer = Callable[["Run", Column, Place], Column]
"""From the column of a field's values, and where they stand, to what is sent. Raises Surprise."""


def completer(field: "Field", kind: GraphQLOutputType) -> Completer:
    """How to complete what `field` returned, or the part of it that has this type."""
    nullable = not is_non_null_type(kind)
    if is_non_null_type(kind):
        kind = kind.of_type
    if is_list_type(kind):
        return _lists(field, completer(field, kind.of_type), nullable=nullable)
    if is_leaf_type(kind):
        return writing(kind, nullable=nullable)
    assert is_composite_type(kind), "there are no other types"
    return _objects(field, Kinds(kind, field.variant.plan.executor), nullable=nullable)


def _lists(field: "Field", complete: Completer, *, nullable: bool) -> Completer:
    def lists(run: "Run", column: Column, place: Place) -> Column:
        if {*map(type, column)} != ONLY_LISTS:
            return _with_nulls(field, run, _as_lists(field, column), place, lists, nullable=nullable)
        if len(column) == 1:
            return [complete(run, column[0], Items((place, (len(column[0]),))))]
        ends = [*accumulate(map(len, column))]
        rest = iter(complete(run, [*chain.from_iterable(column)], Items((place, ends))))
        return [[*islice(rest, length)] for length in map(len, column)]

    return lists


def _objects(field: "Field", kinds: Kinds, *, nullable: bool) -> Completer:
    selects: dict[type, Select] = {}
    """For classes that tell the type of their objects."""
    may_be_cast = kinds.is_checked

    def objects(run: "Run", column: Column, place: Place) -> Column:
        classes = {*map(type, column)}
        if len(classes) == 1:
            (only,) = classes
            select = selects.get(only)
            if select is not None and not (may_be_cast and any(map(hasattr, column, CAST))):
                return select(run, column, place)
        if not NULLS.isdisjoint(classes):
            column = [None if value is Undefined else value for value in column]
            return _with_nulls(field, run, column, place, objects, nullable=nullable)
        done = _by_type(field, run, column, place, kinds) if column else []
        if len(classes) == 1 and (kind := kinds.told_by(only)) is not None:
            selects[only] = field.selection(run, kind).select
        return done

    return objects


def _by_type(field: "Field", run: "Run", column: Column, place: Place, kinds: Kinds) -> Column:
    """Each object by the selection of its own type."""
    found = kinds.of_all(column, lambda: raw_info(run, field, _of_field(place)))
    done: Column = [None] * len(column)
    for kind in dict.fromkeys(found):
        indices = [index for index, each in enumerate(found) if each is kind]
        chosen = [column[index] for index in indices]
        rows = field.selection(run, kind).select(run, chosen, Some((place, indices)))
        for index, row in zip(indices, rows, strict=True):
            done[index] = row
    return done


def _with_nulls(
    field: "Field", run: "Run", column: Column, place: Place, complete: Completer, *, nullable: bool
) -> Column:
    indices = [index for index, value in enumerate(column) if value is not None]
    if len(indices) == len(column):
        return complete(run, column, place) if column else []
    if not nullable:
        raise Surprise(f"{field.key} is null where it must not be")
    present = [column[index] for index in indices]
    rest: Iterator[Any] = iter(complete(run, present, Some((place, indices))) if indices else [])
    return [None if value is None else next(rest) for value in column]


def _as_lists(field: "Field", column: Column) -> Column:
    """Collections as lists. What can be read only once is left for graphql-core to read."""
    return [
        None if value is None or value is Undefined else value if type(value) is list else _as_list(field, value)
        for value in column
    ]


def _as_list(field: "Field", value: Any) -> Column:
    if not is_iterable(value) or not isinstance(value, Collection) or hasattr(value, "__aiter__"):
        raise Surprise(f"{field.key} is no list")
    return [*value]


def _of_field(place: Place) -> Any:
    """The path of the field whose values, or items of values, stand there."""
    path = place.at(0)
    while path is not None and type(path.key) is int:
        path = path.prev
    return path
