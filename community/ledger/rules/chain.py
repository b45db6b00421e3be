"""The chain of an account: each entry's hash covers the entry, its transfer and the hash before it."""

import hashlib
from uuid import UUID

GENESIS = bytes(32)
"""What the first entry of an account follows."""


def link(previous: bytes, account_id: UUID, sequence: int, amount: int, balance: int, digest: bytes) -> bytes:
    """The hash of an entry. `digest` is its transfer's. `LINK` is the same in SQL."""
    entry = f"{account_id}|{sequence}|{amount}|{balance}".encode()
    return hashlib.sha256(previous + digest + entry).digest()
