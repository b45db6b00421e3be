"""What the log makes of what libraries write."""

import logging
from collections.abc import Iterator

import asyncpg
import pytest

from api import logs
from community.settings import settings


@pytest.fixture(autouse=True)
def our_log() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("error", "has_traceback"),
    [
        (asyncpg.InterfaceError("connection is closed"), False),
        (ConnectionRefusedError("nobody listens"), False),
        (ZeroDivisionError("a mistake"), True),
    ],
)
def test_a_queue_whose_database_is_away_says_so_in_a_line(
    error: Exception, has_traceback: bool, capsys: pytest.CaptureFixture[str]
):
    logs.configure(settings())
    try:
        raise error
    except Exception:
        logging.getLogger("pgqueuer").exception("Flush failed, requeuing %d items", 10)
    said = capsys.readouterr().err
    assert "Flush failed, requeuing 10 items" in said
    assert ("Traceback" in said) is has_traceback
