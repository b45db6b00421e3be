"""How the process writes its log: one structured line per event, for people or for machines."""

import logging
import sys
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor

from community.access.policy import Actor
from community.database.failures import is_broken as is_away
from community.kernel import about
from community.settings import Settings

QUIET = ("uvicorn.access", "uvicorn.error", "tortoise", "asyncio", "pgqueuer")
"""Libraries that tell at `info` what our own lines tell better: only their warnings are written."""

CLIENTS_FAULTS = frozenset({"Invalid UTF-8 sequence received from client."})
"""What uvicorn writes as an error with a traceback, though a client made it and its socket was closed with a code."""

LONGEST_NAME = 100

REQUESTS = SimpleNamespace(name="api.request")
REQUEST_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.ERROR: "error"}
"""The logger of the lines that tell requests, and the levels they have."""


def _told(logger: Any, method: str, event: EventDict) -> EventDict:
    """The event with what is known of its request, its level, its logger and the time: in one step for each line."""
    record = event.get("_record")
    return {
        **event,
        **about.known(),
        "level": LEVELS.get(method, method),
        "logger": logger.name if record is None else record.name,
        "timestamp": datetime.now(UTC).isoformat().removesuffix("+00:00") + "Z",
    }


LEVELS = {"exception": "error", "warn": "warning"}
"""What some methods of loggers are called as levels."""

_SHARED: list[Processor] = [_told]


class _Line(structlog.WriteLogger):
    """Writes our lines itself: through the standard library's handlers each cost three times as much."""

    def __init__(self, name: str = "") -> None:
        super().__init__(sys.stderr)
        self.name = name


def configure(settings: Settings) -> None:
    """Send our lines and every library's to standard error, in the chosen look, each with what is known of its request.

    See `community.kernel.about` for what that is.
    """
    structlog.configure(
        processors=[*_SHARED, *_look(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=_Line,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    cleaned = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    processors = [cleaned, *_look(settings)]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processors=processors))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("uvicorn.error").addFilter(_is_ours)
    logging.getLogger("pgqueuer").addFilter(_in_a_line)


def request(level: int, *, method: str, path: str, status: int, ms: float) -> None:
    """Write the line of a request, where machines read the log past the chain that every other line goes through."""
    told: EventDict = {"event": "request", "method": method, "path": path, "status": status, "ms": ms}
    if structlog.get_config()["processors"][-1] is not _as_json:
        structlog.get_logger(REQUESTS.name).log(level, **told)
    elif level >= logging.root.level:
        called = REQUEST_LEVELS[level]
        sys.stderr.write(_as_json(REQUESTS, called, _told(REQUESTS, called, told)) + "\n")


def identify(actor: Actor) -> None:
    """Say in all further lines of this request who acts: what kind of caller, and the id of a member or a key."""
    about.add(actor.named)


def name(operation: str | None) -> None:
    """Say in all further lines of this request what its author calls the operation."""
    if operation:
        about.add({"operation": operation[:LONGEST_NAME]})


def _is_ours(record: logging.LogRecord) -> bool:
    return record.msg not in CLIENTS_FAULTS


def _in_a_line(record: logging.LogRecord) -> bool:
    """A database that is away is no mistake: where the queue noticed it says nothing."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and is_away(error):
        record.exc_info = None
        record.msg, record.args = f"{record.getMessage()}: the database is away ({error})", None
    return True


def _look(settings: Settings) -> list[Processor]:
    if settings.log_format == "json":
        return [_as_json]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def _as_json(logger: Any, method: str, event: EventDict) -> str:
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(logger, method, event)
    return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
