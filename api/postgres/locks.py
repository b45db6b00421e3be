"""Two file locks: one process at a time starts or stops a server, and everybody who uses it is counted."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.postgres.errors import NotOurs


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until nobody else is inside. Ends with the process, however that ends."""
    while True:
        lock = _opened(path)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Whoever removed a throwaway server took the lock file along: then this is not the lock any more.
            if path.exists() and os.path.samestat(os.fstat(lock), path.stat()):
                yield
                return
        finally:
            os.close(lock)


def joined(path: Path) -> int:
    """Be counted as a user. The descriptor is the membership: it lasts until its last copy is closed."""
    users = _opened(path)
    fcntl.flock(users, fcntl.LOCK_SH)
    return users


def is_last(users: int) -> bool:
    """Whether nobody else is counted. Ask under `alone` only: who joins meanwhile would be missed."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise NotOurs(path) from error
