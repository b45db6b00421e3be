"""Identifiers: UUIDv7, so that ids made later sort later and keyset pages need no second column."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits, ascending within a process."""
    return UUID(bytes=uuid_utils.uuid7().bytes)
