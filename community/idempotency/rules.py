"""Pure rules of idempotency: which keys will do, and when two requests are the same."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

LONGEST_KEY = 255


def is_usable(key: str) -> bool:
    """Whether `key` is 1 to 255 printable characters."""
    return 0 < len(key) <= LONGEST_KEY and key.isprintable()


def fingerprint(request: Mapping[str, Any]) -> bytes:
    """SHA-256 of the request as JSON with sorted keys: equal for equal requests, whatever their order."""
    return hashlib.sha256(as_json(request)).digest()


def as_json(value: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys. UUIDs and aware times are written as text; other objects raise TypeError."""
    return orjson.dumps(dict(value), default=_uuid, option=orjson.OPT_SORT_KEYS)


def _uuid(value: Any) -> str:
    # asyncpg's UUIDs are a subclass, which orjson does not know.
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
