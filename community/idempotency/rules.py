"""Pure rules of idempotency: which keys will do, and when two requests are the same."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

LONGEST_KEY = 255


def is_usable(key: str) -> bool:
    """Whether `key` is 1 to 255 printable characters."""
    return 0 < len(key) <= LONGEST_KEY and key.isprintable()


def fingerprint(request: Mapping[str, Any]) -> bytes:
    """SHA-256 of the request as JSON with sorted keys: equal for equal requests, whatever their order. Ids are text."""
    return hashlib.sha256(orjson.dumps(dict(request), default=str, option=orjson.OPT_SORT_KEYS)).digest()
