"""The source of a selection: one function over the list of its objects, written and compiled.

    def select(run, objects, place):                                        # Post
        c0 = [v0(each) for each in objects]                                 # id
        if not {*map(type, c0)} <= t0: c0 = w0(c0)
        c1 = [each.body for each in objects]
        if not {*map(type, c1)} <= t1: c1 = w1(c1)
        rows = [{k0: x0, k1: x1, k2: None} for x0, x1 in zip(c0, c1)]
        run.ask(f2, objects, rows, place)                                   # author: a level
        return rows

Whatever a client wrote (keys, types, arguments) is reached through names such as `k0`; the only names in the source
that are not ours are attributes of the server's own classes.
"""

from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any

from graphql import get_named_type, get_nullable_type, is_composite_type, is_leaf_type, is_non_null_type

from schema.execution.leaves import usual_kinds, written
from schema.execution.places import Below
from schema.execution.ways import Attribute, Called, Computed, OfLevel, Resolved

if TYPE_CHECKING:
    from schema.execution.selections import Field, Select

MAX_SOURCES = 1_000
"""How many different ones are remembered."""


def generated(typename: str, fields: "list[Field]") -> "tuple[str, Select]":
    """The source of the selection of these fields of one type, and the function it makes."""
    writer = _Writer()
    for field in fields:
        writer.write(field)
    source = writer.source()
    names = writer.names
    exec(_compiled(source, typename), names)
    return source, names["select"]


@lru_cache(MAX_SOURCES)
def _compiled(source: str, typename: str) -> CodeType:
    """Selections of the same shape are the same code, whatever their keys and arguments are."""
    return compile(source, f"<selection of {typename}>", "exec")


def _verb(way: OfLevel | Called | Resolved) -> str:
    """How to ask a run for a field: a whole level, a coroutine of each object, or at once."""
    if isinstance(way, OfLevel):
        return "ask_level"
    return "ask_later" if way.is_async and way.waits else "ask"


class _Writer:
    """Writes the lines of one function, and keeps what its names mean."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"Below": Below}
        self.lines: list[str] = []
        self.entries: list[str] = []
        self.columns: list[int] = []
        self.rest: list[str] = []

    def write(self, field: "Field") -> None:
        number = len(self.entries)
        self.names[f"k{number}"] = field.key
        if field.is_typename:
            self.names[f"n{number}"] = field.parent_type.name
            self.entries.append(f"k{number}: n{number}")
            return
        kind = field.definition.type
        match field.way:
            case Attribute(name):
                self._column(number, field, f"each.{name}")
            case Computed(function):
                self.names[f"v{number}"] = function
                self._column(number, field, f"v{number}(each)", is_kept=is_composite_type(get_named_type(kind)))
            case way:
                self.names[f"f{number}"] = field
                self.rest.append(f"run.{_verb(way)}(f{number}, objects, rows, place)")
                self.entries.append(f"k{number}: None")

    def source(self) -> str:
        rows = f"rows = [{{{', '.join(self.entries)}}} {self._each()}]"
        body = [*self.lines, rows, *self.rest, "return rows"]
        return "def select(run, objects, place):\n" + "".join(f"    {line}\n" for line in body)

    def _column(self, number: int, field: "Field", value: str, *, is_kept: bool = False) -> None:
        self.lines.append(f"c{number} = [{value} for each in objects]")
        if is_kept:
            # Levels below ask about these very objects: whoever has to go on needs them, not others like them.
            self.names[f"f{number}"] = field
            self.lines.append(f"run.keep(f{number}, objects, c{number})")
        self._completed(number, field)
        self.columns.append(number)
        self.entries.append(f"k{number}: x{number}")

    def _completed(self, number: int, field: "Field") -> None:
        kind = field.definition.type
        leaf = get_nullable_type(kind)
        if not is_leaf_type(leaf):
            self.names |= {f"w{number}": field.complete, f"n{number}": field.parent_type.name}
            self.lines.append(f"c{number} = w{number}(run, c{number}, Below(place, k{number}, n{number}))")
            return
        usual = usual_kinds(leaf, nullable=not is_non_null_type(kind))
        self.names |= {f"w{number}": written(leaf, nullable=not is_non_null_type(kind)), f"t{number}": usual}
        unless = f"if not {{*map(type, c{number})}} <= t{number}: " if usual else ""
        self.lines.append(f"{unless}c{number} = w{number}(c{number})")

    def _each(self) -> str:
        if not self.columns:
            return "for _ in objects"
        values = [f"x{number}" for number in self.columns]
        columns = [f"c{number}" for number in self.columns]
        if len(columns) == 1:
            return f"for {values[0]} in {columns[0]}"
        return f"for {', '.join(values)} in zip({', '.join(columns)})"
