"""Columns completed: a column of values in, the same column as it is sent out.

A completer of a type is put together from those of its parts: `[Post!]!` is a list, of objects, of their selection.
"""

from collections.abc import Callable, Collection, Iterator
from itertools import chain, islice
from types import NoneType
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLOutputType,
    Undefined,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.pyutils import is_iterable

from schema.execution.kinds import Kinds
from schema.execution.leaves import Column, Write, written
from schema.execution.places import Below, Items, Place, Some
from schema.execution.surprises import Surprise

if TYPE_CHECKING:
    from schema.execution.running import Run
    from schema.execution.selections import Field

NULLS = {NoneType, type(Undefined)}

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
        return _leaves(written(kind, nullable=nullable))
    assert is_composite_type(kind), "there are no other types"
    return _objects(field, Kinds(kind), nullable=nullable)


def below(
    field: "Field", values_of: Callable[[list[Any]], Column], *, is_computed: bool
) -> Callable[["Run", list[Any], Place], Column]:
    """How to get the completed column of a field whose objects or lists each object knows by itself."""

    def read(run: "Run", objects: list[Any], place: Place) -> Column:
        values = values_of(objects)
        if is_computed and is_composite_type(get_named_type(field.definition.type)):
            # Levels below ask about these very objects: whoever has to go on needs them, not others like them.
            run.keep(field, objects, values)
        return field.complete(run, values, Below(place, field.key, field.parent_type.name))

    return read


def _leaves(write: Write) -> Completer:
    def leaves(_run: "Run", column: Column, _place: Place) -> Column:
        return write(column)

    return leaves


def _lists(field: "Field", complete: Completer, *, nullable: bool) -> Completer:
    only_lists: set[type] = {list}

    def lists(run: "Run", column: Column, place: Place) -> Column:
        if not {*map(type, column)} <= only_lists:
            return _with_nulls(field, run, _as_lists(field, column), place, all_lists, nullable=nullable)
        return all_lists(run, column, place)

    def all_lists(run: "Run", column: Column, place: Place) -> Column:
        lengths = [*map(len, column)]
        done = complete(run, [*chain.from_iterable(column)], Items(place, lengths))
        if len(lengths) == 1:
            return [done]
        rest = iter(done)
        return [[*islice(rest, length)] for length in lengths]

    return lists


def _objects(field: "Field", kinds: Kinds, *, nullable: bool) -> Completer:
    def objects(run: "Run", column: Column, place: Place) -> Column:
        only = kinds.only(column)
        if only is not None:
            return field.selection(run, only).select(run, column, place)
        if not NULLS.isdisjoint(map(type, column)):
            column = [None if value is Undefined else value for value in column]
            return _with_nulls(field, run, column, place, objects, nullable=nullable)
        return _by_type(field, run, column, place, kinds) if column else []

    return objects


def _by_type(field: "Field", run: "Run", column: Column, place: Place, kinds: Kinds) -> Column:
    """Each object by the selection of its own type."""
    found = kinds.of_all(column, run.executor, run.info_at(field, _of_field(place)))
    done: Column = [None] * len(column)
    for kind in dict.fromkeys(found):
        indices = [index for index, each in enumerate(found) if each is kind]
        chosen = [column[index] for index in indices]
        rows = field.selection(run, kind).select(run, chosen, Some(place, indices))
        for index, row in zip(indices, rows, strict=True):
            done[index] = row
    return done


def _with_nulls(
    field: "Field", run: "Run", column: Column, place: Place, complete: Completer, *, nullable: bool
) -> Column:
    indices = [index for index, value in enumerate(column) if value is not None]
    if len(indices) == len(column):
        return complete(run, column, place)
    if not nullable:
        raise Surprise(f"{field.key} is null where it must not be")
    present = [column[index] for index in indices]
    rest: Iterator[Any] = iter(complete(run, present, Some(place, indices)) if indices else [])
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
    path = place.first()
    while path is not None and type(path.key) is int:
        path = path.prev
    return path
