"""Identifiers: UUIDv7, so that ids made later sort later and keyset pages need no second column.

They are UUIDs of the kind that asyncpg reads from rows: made, compared and written in C, several times as fast.
"""

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils
from asyncpg.pgproto import pgproto


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits, ascending within a process."""
    fresh: UUID = pgproto.UUID(uuid_utils.uuid7().bytes)
    return fresh


def of(id: UUID) -> UUID:
    """An id that did not come from a row, as those that did."""
    same: UUID = pgproto.UUID(id.bytes)
    return same


def new_hex() -> str:
    """A fresh id in 32 hexadecimal digits, for what is only ever read by people and compared."""
    return uuid_utils.uuid7().hex


def new_text() -> str:
    """A fresh id as text, for rows that travel as JSON and that nobody names afterwards."""
    return str(uuid_utils.uuid7())


def time_of(id: UUID) -> datetime:
    """When an id of ours was made, to the millisecond."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)
