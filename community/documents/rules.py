"""What a document's name is, and how many are kept."""

import hashlib
import re

MAX_KEPT = 10_000
"""How many documents are kept; the oldest go first. Whoever names a forgotten one sends it again."""

KEPT_SECONDS = 30 * 24 * 3600

_HASH = re.compile(r"[0-9a-f]{64}")


def hash_of(text: str) -> str:
    """The SHA-256 of a document's UTF-8, in lowercase hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_hash(name: str) -> str | None:
    """The hash in `sha256:<hex>` or `<hex>`, or None if `name` is neither."""
    digits = name.removeprefix("sha256:").lower()
    return digits if _HASH.fullmatch(digits) else None
