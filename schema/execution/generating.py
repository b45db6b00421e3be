"""The source of a selection: one function over the list of its objects, written and compiled.

    def select(run, objects, place):                                        # Post
        c0 = v0(objects)                                                    # id: a function of the object
        c1 = v1(objects)                                                    # body: an attribute
        c2 = v2(run, objects, place)                                        # cover: an object in an attribute
        rows = [{k0: x0, k1: x1, k2: x2, k3: None} for x0, x1, x2 in zip(c0, c1, c2)]
        run.ask_level(f3, objects, rows, place)                             # author: a level
        return rows

The source is only what differs with the shape of a selection. Keys, attributes, types and arguments are behind names
such as `k0`, so that no word of a client is ever in it, and selections of one shape are one piece of code.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any

from graphql import get_nullable_type, is_leaf_type, is_non_null_type

from schema.execution.completing import below
from schema.execution.leaves import column
from schema.execution.ways import Attribute, Called, Computed, OfLevel, Resolved

if TYPE_CHECKING:
    from schema.execution.selections import Field, Select

MAX_SOURCES = 500
"""How many different ones are remembered."""
MAX_SOURCE = 5_000
"""How long they may be, in characters: some fifty fields."""


def generated(fields: "list[Field]") -> "tuple[str, Select]":
    """The source of the selection of these fields, and the function it makes."""
    writer = _Writer()
    for field in fields:
        writer.write(field)
    source = writer.source()
    names = writer.names
    exec(_compiled(source) if len(source) <= MAX_SOURCE else _compiled.__wrapped__(source), names)
    return source, names["select"]


@lru_cache(MAX_SOURCES)
def _compiled(source: str) -> CodeType:
    """Selections of the same shape are the same code."""
    return compile(source, "<selection>", "exec")


class _Writer:
    """Writes the lines of one function, and keeps what its names mean."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.columns: list[int] = []
        self.lines: list[str] = []
        self.entries: list[str] = []
        self.questions: list[str] = []

    def write(self, field: "Field") -> None:
        number = len(self.entries)
        self.names[f"k{number}"] = field.key
        if field.is_typename:
            self.names[f"n{number}"] = field.parent_type.name
            self.entries.append(f"k{number}: n{number}")
        elif isinstance(field.way, Attribute | Computed):
            self._column(number, field, field.way)
            self.entries.append(f"k{number}: x{number}")
        else:
            self.names[f"f{number}"] = field
            self.questions.append(f"run.{_verb(field.way)}(f{number}, objects, rows, place)")
            self.entries.append(f"k{number}: None")

    def source(self) -> str:
        rows = f"rows = [{{{', '.join(self.entries)}}} {self._each()}]"
        body = [*self.lines, rows, *self.questions, "return rows"]
        return "def select(run, objects, place):\n" + "".join(f"    {line}\n" for line in body)

    def _column(self, number: int, field: "Field", way: Attribute | Computed) -> None:
        read = _reading(way.name) if isinstance(way, Attribute) else _computing(way.function)
        kind = field.definition.type
        leaf = get_nullable_type(kind)
        if is_leaf_type(leaf):
            self.names[f"v{number}"] = column(read, leaf, nullable=not is_non_null_type(kind))
            self.lines.append(f"c{number} = v{number}(objects)")
        else:
            self.names[f"v{number}"] = below(field, read, is_computed=isinstance(way, Computed))
            self.lines.append(f"c{number} = v{number}(run, objects, place)")
        self.columns.append(number)

    def _each(self) -> str:
        if not self.columns:
            return "for _ in objects"
        values = [f"x{number}" for number in self.columns]
        columns = [f"c{number}" for number in self.columns]
        if len(columns) == 1:
            return f"for {values[0]} in {columns[0]}"
        return f"for {', '.join(values)} in zip({', '.join(columns)})"


@cache
def _reading(attribute: str) -> Callable[[list[Any]], list[Any]]:
    """How to read an attribute of each object. It is one that the server's own classes declare."""
    names: dict[str, Any] = {}
    exec(
        compile(f"def read(objects):\n    return [each.{attribute} for each in objects]", "<attribute>", "exec"), names
    )
    read: Callable[[list[Any]], list[Any]] = names["read"]
    return read


def _computing(function: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    return lambda objects: [*map(function, objects)]


def _verb(way: OfLevel | Called | Resolved) -> str:
    """How to ask a run for a field: a whole level, each object for what comes later, or each object at once."""
    if isinstance(way, OfLevel):
        return "ask_level"
    return "ask_later" if way.is_async and way.waits else "ask"
