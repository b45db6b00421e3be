"""What is kept of a visitor: keyed hashes, under another key every day (UTC), and nothing they were made from.

Within a day they tell whether two clicks came from one visitor, or from one household. Across days they tell nothing.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256

from community.access.rules import address_group
from community.access.signing import signing_key

TRACE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Traces:
    """A visitor, who is an address and a program, and their household, which is the address alone."""

    visitor: bytes
    household: bytes


def traces_of(address: str, user_agent: str, at: datetime) -> Traces:
    """The traces of a request on that day."""
    key, group = _key(signing_key(), at.date()), address_group(address)
    return Traces(_hash(key, f"visitor\0{group}\0{user_agent}"), _hash(key, f"household\0{group}"))


def household_of(address: str, at: datetime) -> bytes:
    """The trace of an address alone."""
    return _hash(_key(signing_key(), at.date()), f"household\0{address_group(address)}")


def _hash(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode("utf-8", "replace"), sha256)[:TRACE_BYTES]


@lru_cache(maxsize=64)
def _key(signing: bytes, day: date) -> bytes:
    return hmac.digest(signing, f"referrals: traces of {day.isoformat()}".encode(), sha256)
