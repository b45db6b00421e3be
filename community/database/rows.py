"""Rows on their way to PostgreSQL, as JSON, and on their way back, as views."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import orjson

View = TypeVar("View", bound=NamedTuple)


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows for `json_to_recordset`. Raises TypeError for a value that no column could have meant."""
    return orjson.dumps(list(rows), default=plain).decode()


def views_of(kind: type[View], rows: Iterable[Sequence[Any]]) -> list[View]:
    """The views in rows that begin with the fields of a named tuple, in their order. They are made in C."""
    return [*map(partial(tuple.__new__, kind), map(itemgetter(slice(len(kind._fields))), rows))]


def plain(value: Any) -> str:
    """What orjson does not know, as PostgreSQL reads it."""
    # asyncpg's UUIDs are a subclass, which orjson does not know.
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} is not JSON")
