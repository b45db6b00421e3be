"""Rows on their way to PostgreSQL: as JSON, so that one statement writes as many as there are, to several tables."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows for `json_populate_recordset`. Raises TypeError for a value that no column could have meant."""
    return orjson.dumps(list(rows), default=_plain).decode()


def _plain(value: Any) -> str:
    # asyncpg's UUIDs are a subclass, which orjson does not know.
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} is not JSON")
