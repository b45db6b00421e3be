"""The source of a selection: one function over the list of its objects, written and compiled.

    def select(run, objects, place):                                        # Post
        rows, c2 = [], []
        for each in objects:
            x0 = v0(each)                                                   # id: a function of the object
            if type(x0) is not str: x0 = w0(x0)
            x1 = each.body                                                  # body: an attribute
            if type(x1) is not str: x1 = w1(x1)
            c2.append(each.cover)                                           # cover: an object in an attribute
            rows.append({k0: x0, k1: x1, k2: None, k3: None})
        for row, x2 in zip(rows, b2(run, c2, Below((place, f2)))): row[k2] = x2
        run.levels.append((f3, objects, rows, place))                       # author: a level
        return rows

The source is what differs with the shape of a selection, and the names of the server's own attributes. Keys, types and
arguments are behind names such as `k0`, so that no word of a client is ever in it, and selections of one shape are one
piece of code.
"""

from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any

from graphql import GraphQLLeafType, get_nullable_type, is_leaf_type, is_non_null_type

from schema.execution.leaves import written
from schema.execution.places import Below
from schema.execution.ways import Attribute, Called, Computed, OfLevel, Resolved

if TYPE_CHECKING:
    from schema.execution.completing import Completer
    from schema.execution.selections import Field, Select

MAX_SOURCES = 500
"""How many different ones are remembered."""
MAX_SOURCE = 5_000
"""How long they may be, in characters: some fifty fields."""


def selecting(fields: "list[Field]") -> "tuple[str, Select]":
    """The source of the selection of these fields, and the function it makes."""
    writer = _Writer()
    for field in fields:
        writer.write(field)
    source = writer.source()
    return source, _made("select", source, writer.names)


def writing(leaf: GraphQLLeafType, *, nullable: bool) -> "Completer":
    """A function that writes a column of scalars or enums as they are sent."""
    lines, names = written(leaf, "x", nullable=nullable)
    body = ["done = []", "for x in column:", *_indented(lines), "    done.append(x)", "return done"]
    write: Completer = _made("write", "\n".join(["def write(run, column, place):", *_indented(body)]), names)
    return write


def _made(name: str, source: str, names: dict[str, Any]) -> Any:
    exec(_compiled(source) if len(source) <= MAX_SOURCE else _compiled.__wrapped__(source), names)
    return names[name]


@lru_cache(MAX_SOURCES)
def _compiled(source: str) -> CodeType:
    """Selections of the same shape are the same code."""
    return compile(source, "<selection>", "exec")


class _Writer:
    """Writes the lines of one function, and keeps what its names mean."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"Below": Below}
        self.columns: list[str] = []
        self.each: list[str] = []
        self.entries: list[str] = []
        self.after: list[str] = []

    def write(self, field: "Field") -> None:
        number = len(self.entries)
        self.names |= {f"k{number}": field.key, f"f{number}": field}
        if field.is_typename:
            self.names[f"n{number}"] = field.parent_type.name
            self.entries.append(f"k{number}: n{number}")
        elif not isinstance(field.way, Attribute | Computed):
            self.after.append(f"run.{_asked(field.way)}((f{number}, objects, rows, place))")
            self.entries.append(f"k{number}: None")
        elif is_leaf_type(get_nullable_type(field.definition.type)):
            self._leaf(number, field)
            self.entries.append(f"k{number}: x{number}")
        else:
            self._column(number, field)
            self.entries.append(f"k{number}: None")

    def source(self) -> str:
        begin = ", ".join(["rows", *self.columns]) + " = " + ", ".join(["[]"] * (len(self.columns) + 1))
        each = [*self.each, f"rows.append({{{', '.join(self.entries)}}})"]
        body = [begin, "for each in objects:", *_indented(each), *self.after, "return rows"]
        return "\n".join(["def select(run, objects, place):", *_indented(body)]) + "\n"

    def _leaf(self, number: int, field: "Field") -> None:
        kind, x = field.definition.type, f"x{number}"
        leaf: Any = get_nullable_type(kind)
        lines, names = written(leaf, x, nullable=not is_non_null_type(kind))
        self.names |= names
        self.each += [f"{x} = {self._read(number, field)}", *lines]

    def _column(self, number: int, field: "Field") -> None:
        self.names[f"b{number}"] = field.complete
        self.columns.append(f"c{number}")
        self.each.append(f"c{number}.append({self._read(number, field)})")
        if isinstance(field.way, Computed):
            # Levels below ask about these very objects: whoever has to go on needs them, not others like them.
            self.after.append(f"run.keep(f{number}, objects, c{number})")
        done = f"b{number}(run, c{number}, Below((place, f{number})))"
        self.after.append(f"for row, x{number} in zip(rows, {done}): row[k{number}] = x{number}")

    def _read(self, number: int, field: "Field") -> str:
        """The expression for what an object knows by itself. Attributes are those that the server's classes declare."""
        if isinstance(field.way, Attribute):
            return f"each.{field.way.name}"
        assert isinstance(field.way, Computed), "nothing else is known at once"
        self.names[f"v{number}"] = field.way.function
        return f"v{number}(each)"


def _asked(way: OfLevel | Called | Resolved) -> str:
    """How to ask a run for a field: a whole level, each object for what comes later, or each object at once."""
    if isinstance(way, OfLevel):
        return "levels.append"
    return "later.append" if way.is_async and way.waits else "ask"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
