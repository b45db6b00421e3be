"""What the log makes of what libraries write."""

import logging
from collections.abc import Iterator
from contextvars import Context
from typing import Any

import asyncpg
import orjson
import pytest
import structlog

from api import logs
from community.kernel import about
from community.settings import settings


@pytest.fixture(autouse=True)
def our_log() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


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


def tell_of_a_request(log: Any) -> None:
    about.begin("order-4711")
    log.info("request", path="/路\n", ms=3.2, of=ZeroDivisionError)


def tell_two_requests() -> None:
    about.begin("order-4712")
    logs.request(logging.DEBUG, method="GET", path="/metrics", status=200, ms=0.1)
    logs.request(logging.INFO, method="GET", path="/路\n", status=200, ms=0.4)


def test_our_lines_are_json_for_machines(capsys: pytest.CaptureFixture[str]):
    logs.configure(settings().model_copy(update={"log_format": "json"}))
    log = structlog.get_logger("api.request")
    log.debug("not at this level")
    Context().run(tell_of_a_request, log)
    log.info("%s of %s", 1, 2)
    Context().run(tell_two_requests)
    try:
        raise ZeroDivisionError("a mistake")
    except ZeroDivisionError:
        log.exception("it failed")
    request, counted, answered, failed = map(orjson.loads, capsys.readouterr().err.splitlines())
    assert request.pop("timestamp").endswith("Z")
    assert request == {
        "event": "request",
        "level": "info",
        "logger": "api.request",
        "request_id": "order-4711",
        "path": "/路\n",
        "ms": 3.2,
        "of": repr(ZeroDivisionError),
    }
    assert counted["event"] == "1 of 2"
    assert answered.pop("timestamp").endswith("Z")
    assert answered == {
        "event": "request",
        "level": "info",
        "logger": "api.request",
        "request_id": "order-4712",
        "method": "GET",
        "path": "/路\n",
        "status": 200,
        "ms": 0.4,
    }
    assert "ZeroDivisionError: a mistake" in failed["exception"]


def test_our_lines_and_those_of_libraries_look_alike(capsys: pytest.CaptureFixture[str]):
    logs.configure(settings().model_copy(update={"log_format": "json"}))
    structlog.get_logger("ours").warning("said")
    logging.getLogger("theirs").warning("said")
    ours, theirs = map(orjson.loads, capsys.readouterr().err.splitlines())
    assert ours.keys() == theirs.keys()
