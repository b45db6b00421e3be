"""A place for a PostgreSQL of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.postgres.rooms import Room


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder for a private server, all of which is removed in the end."""
    yield tmp_path
    Room.of(tmp_path).clear()
