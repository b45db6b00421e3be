"""What is kept of a visitor: keyed hashes, under another key every day (UTC), and nothing they were made from.

Within a day they tell whether two clicks came from one visitor, or from one household. Across days they tell nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b, sha256

from community.access.rules import address_group
from community.access.signing import signing_key

TRACE_BYTES = 16

REMEMBERED = 20_000
"""So many addresses and visitors of a day are not worked out again."""


@dataclass(frozen=True, slots=True)
class Traces:
    """A visitor, who is an address and a program, and their household, which is the address alone."""

    visitor: bytes
    household: bytes


def traces_of(address: str, user_agent: str, at: datetime) -> Traces:
    """The traces of a request on that day."""
    return _traces(address, user_agent, at.date())


def household_of(address: str, at: datetime) -> bytes:
    """The trace of an address alone."""
    return _household(address, at.date())


@lru_cache(maxsize=REMEMBERED)
def _traces(address: str, user_agent: str, day: date) -> Traces:
    household = _household(address, day)
    return Traces(_hash(day, household + user_agent.encode("utf-8", "replace")), household)


@lru_cache(maxsize=REMEMBERED)
def _household(address: str, day: date) -> bytes:
    return _hash(day, address_group(address).encode("utf-8", "replace"))


def _hash(day: date, text: bytes) -> bytes:
    return blake2b(text, key=_key(day), digest_size=TRACE_BYTES).digest()


@lru_cache(maxsize=64)
def _key(day: date) -> bytes:
    return sha256(signing_key() + f"referrals: traces of {day.isoformat()}".encode()).digest()
