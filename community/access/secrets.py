"""Secrets that people and machines carry: `hg_<kind>_<body><checksum>`, made here, told apart here, kept as a hash.

The prefix lets scanners find a leaked one; the checksum lets anybody refuse a mistyped one without asking the database.
"""

import hashlib
import re
import secrets
import zlib
from enum import StrEnum

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM = 6
_SHOWN = 8


class Kind(StrEnum):
    """What a secret opens."""

    API_KEY = "key"
    REFRESH = "refresh"


def new_api_key() -> str:
    """A fresh key with 238 random bits."""
    return write(Kind.API_KEY, "".join(secrets.choice(_DIGITS) for _ in range(40)))


def write(kind: Kind, body: str) -> str:
    """The secret with this body, which is letters and digits."""
    start = f"hg_{kind}_{body}"
    return start + _checksum(start)


def read(kind: Kind, secret: str) -> str | None:
    """The body of a secret of this kind; None for anything that this module did not write."""
    match = re.fullmatch(rf"(hg_{kind}_([0-9A-Za-z]{{16,200}}))([0-9A-Za-z]{{{_CHECKSUM}}})", secret)
    return match[2] if match and _checksum(match[1]) == match[3] else None


def digest(secret: str) -> bytes:
    """SHA-256: enough for what nobody can guess, and quick to look up."""
    return hashlib.sha256(secret.encode()).digest()


def shown_part(secret: str) -> str:
    """What a key begins with, by which its owner knows it again: too little to use."""
    kind, body = secret[3:].split("_", 1)
    return f"hg_{kind}_{body[:_SHOWN]}"


def to_digits(data: bytes) -> str:
    """Bytes as letters and digits. `from_digits` with the same size gives them back."""
    return _base62(int.from_bytes(data), _width(len(data)))


def from_digits(body: str, size: int) -> bytes | None:
    """The `size` bytes that `to_digits` wrote; None for a body of another length or beyond that size."""
    number = 0
    for digit in body:
        number = number * 62 + _DIGITS.index(digit)
    fits = len(body) == _width(size) and number.bit_length() <= size * 8
    return number.to_bytes(size) if fits else None


def _checksum(start: str) -> str:
    return _base62(zlib.crc32(start.encode()), _CHECKSUM)


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, rest = divmod(number, 62)
        digits.append(_DIGITS[rest])
    return "".join(reversed(digits))


def _width(size: int) -> int:
    """How many letters and digits hold `size` bytes."""
    width = 0
    while 62**width < 256**size:
        width += 1
    return width
