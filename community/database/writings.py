"""Statements that take rows, however many: few travel as arguments, many as one JSON array.

    NOTES = database.into("notes", "id uuid, text text, written_at timestamptz")
    READ = database.Writing("update notes set read = true from {rows} where notes.id = rows.id", "id uuid")

PostgreSQL takes arguments in half the time, and plans for as many rows as there are.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson

from community.database.rows import as_json, plain

Row = Mapping[str, Any]
Encoder = Callable[[Any], str | None]

FEW = 3
"""So many rows travel as arguments: each number of rows makes a statement of its own, which connections keep."""

MANY = 0
"""Stands for any number of rows that travel as JSON."""


class Writing:
    """A statement in which `{rows}` is what `from` reads its rows from, with these columns: "id uuid, text text"."""

    def __init__(self, sql: str, columns: str) -> None:
        self.sql = sql
        self.columns = columns
        self._names, self._types = zip(*(column.split(" ", 1) for column in columns.split(", ")), strict=True)
        self._encoders = [(name, _encoder(kind)) for name, kind in zip(self._names, self._types, strict=True)]

    def arguments(self, rows: Sequence[Row]) -> list[str | None]:
        """The rows as the arguments of the statement; columns that a row lacks are null."""
        if len(rows) > FEW:
            return [as_json(rows)]
        return [
            None if (value := row.get(name)) is None else encode(value)
            for row in rows
            for name, encode in self._encoders
        ]

    def statement(self, count: int, first: int) -> tuple[str, int]:
        """The statement for so many rows, whose arguments begin with this place; and the place after them."""
        if count == MANY:
            source = f"json_to_recordset(${first}::text::json) as rows({self.columns})"
            return self.sql.replace("{rows}", source), first + 1
        width = len(self._types)
        after = first + count * width
        rows = [_placeholders(self._types, begin) for begin in range(first, after, width)]
        source = f"(values {', '.join(rows)}) as rows({', '.join(self._names)})"
        return self.sql.replace("{rows}", source), after


def into(table: str, columns: str, then: str = "") -> Writing:
    """Insert rows with these columns; others have their defaults."""
    names = ", ".join(column.split(" ", 1)[0] for column in columns.split(", "))
    return Writing(f"insert into {table} ({names}) select {names} from {{rows}} {then}", columns)


def together(writes: Sequence[tuple[Writing, Sequence[Row]]]) -> tuple[str, list[str | None]]:
    """One statement for all of these, and its arguments. Each has rows."""
    sizes = tuple((writing, len(rows) if len(rows) <= FEW else MANY) for writing, rows in writes)
    return _statement(sizes), [*chain.from_iterable(writing.arguments(rows) for writing, rows in writes)]


@lru_cache(1_000)
def _statement(sizes: tuple[tuple[Writing, int], ...]) -> str:
    parts, place = [], 1
    for writing, count in sizes:
        part, place = writing.statement(count, place)
        parts.append(part)
    *others, last = parts
    before = ", ".join(f"part{number} as ({part})" for number, part in enumerate(others, start=1))
    return f"with {before} {last}" if before else last


def _placeholders(types: Sequence[str], first: int) -> str:
    """A row of arguments that begin with this place: `($1::uuid, $2::text)`."""
    return f"({', '.join(f'${place}::{kind}' for place, kind in enumerate(types, first))})"


def _encoder(kind: str) -> Encoder:
    if kind in ("json", "jsonb"):
        return lambda value: orjson.dumps(value, default=plain).decode()
    if kind.endswith("[]"):
        return _array
    return plain if kind == "bytea" else str


def _array(values: Sequence[Any]) -> str:
    return "{" + ",".join(["null" if value is None else _quoted(str(value)) for value in values]) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
