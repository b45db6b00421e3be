"""What surrounds every request, outermost first: its id, the headers that keep browsers safe, its line in the log."""

import logging
import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
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

log = structlog.get_logger("api.request")


class RequestIds:
    """Take a well-formed `X-Request-Id` or make one; bind it to every log line and send it back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else ids.new_id().hex
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        return await self.app(scope, receive, send_with_id)


class SecurityHeaders:
    """Add the careful defaults to every answer that does not set its own."""

    def __init__(self, app: ASGIApp, *, https_only: bool) -> None:
        self.app = app
        https = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if https_only else {}
        self.headers = SECURITY_HEADERS | https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return await self.app(scope, receive, send_with_headers)


class RequestLine:
    """Write one log line and one measurement per request; turn what nobody handled into a coded answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
            _written(scope, status, time.perf_counter() - begun)
        return None


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


def _written(scope: Scope, status: int, seconds: float) -> None:
    method = scope.get("method", "WEBSOCKET")
    route = getattr(scope.get("route"), "path", "(none)")
    metrics.answered(method=method, route=route, status=status, seconds=seconds)
    level = logging.ERROR if status == 500 else logging.DEBUG if route in WATCHED else logging.INFO
    log.log(level, "request", method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 1))


async def _apologise(error: Exception, scope: Scope, receive: Receive, send: Send, *, begun_answer: bool) -> None:
    """Log what failed inside, and answer with the id it is logged under and nothing else."""
    shown = of_unexpected(error, choose_locale(Headers(scope=scope).get("accept-language")))
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1011})
    elif not begun_answer:
        await JSONResponse({"errors": [shown]}, status_code=500)(scope, receive, send)
