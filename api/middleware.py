"""What surrounds every request, outermost first: its id, the headers that keep browsers safe, its line in the log."""

import logging
import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import metrics
from api.errors import of_unexpected
from community.kernel import ids
from community.kernel.messages import choose_locale

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
CLIENT_LEFT = 499
"""The status in the log when the client went away before its answer began."""

WATCHED = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Routes that machines ask every few seconds: their lines are written at `debug`."""

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Surroundings:
    """Give every request its id, in every log line and on the way back, and the careful headers it does not set."""

    def __init__(self, app: ASGIApp, *, https_only: bool) -> None:
        self.app = app
        https = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if https_only else {}
        self._careful = MutableHeaders(SECURITY_HEADERS | https).raw
        self._names = {name for name, _ in self._careful}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        request_id = _id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        returned = (b"x-request-id", request_id.encode())

        async def send_surrounded(message: Message) -> None:
            kind = message["type"]
            if kind == "http.response.start":
                own = {name for name, _ in message["headers"]}
                careful = self._careful
                if not self._names.isdisjoint(own):
                    careful = [header for header in careful if header[0] not in own]
                message["headers"] = [*message["headers"], *careful, returned]
            elif kind == "websocket.accept":
                message["headers"] = [*message.get("headers", ()), returned]
            await send(message)

        return await self.app(scope, receive, send_surrounded)


class RequestLine:
    """Write one log line and one measurement per request; turn what nobody handled into a coded answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Bound once: what structlog does for each use of a logger takes as long as writing the line.
        self._log = structlog.get_logger("api.request").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        begun = time.perf_counter()
        status = CLIENT_LEFT

        async def send_and_note(message: Message) -> None:
            nonlocal status
            status = _status(message) or status
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:
            await _apologise(error, scope, receive, send_and_note, begun_answer=status not in (CLIENT_LEFT, 101))
            status = 500
        finally:
            self._written(scope, status, time.perf_counter() - begun)
        return None

    def _written(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope.get("method", "WEBSOCKET")
        route = getattr(scope.get("route"), "path", "(none)")
        metrics.answered(method=method, route=route, status=status, seconds=seconds)
        level = logging.ERROR if status == 500 else logging.DEBUG if route in WATCHED else logging.INFO
        self._log.log(level, "request", method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 1))


class Straight:
    """Take requests for one address to their route past the router, which costs more than all other surroundings."""

    def __init__(self, app: ASGIApp, *, route: Route) -> None:
        self.app = app
        self.route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self.route.path:
            scope["route"] = self.route
            return await self.route.app(scope, receive, send)
        return await self.app(scope, receive, send)


def _id_of(scope: Scope) -> str:
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), None)
    return given if given and REQUEST_ID.fullmatch(given) else ids.new_id().hex


def _status(message: Message) -> int | None:
    """The HTTP status that a message announces; for a WebSocket 101 when it opens, its close code when it ends."""
    match message["type"]:
        case "http.response.start" | "websocket.http.response.start":
            return int(message["status"])
        case "websocket.accept":
            return 101
        case "websocket.close":
            return int(message.get("code", 1000))
    return None


async def _apologise(error: Exception, scope: Scope, receive: Receive, send: Send, *, begun_answer: bool) -> None:
    """Log what failed inside, and answer with the id it is logged under and nothing else."""
    shown = of_unexpected(error, choose_locale(Headers(scope=scope).get("accept-language")))
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1011})
    elif not begun_answer:
        await JSONResponse({"errors": [shown]}, status_code=500)(scope, receive, send)
