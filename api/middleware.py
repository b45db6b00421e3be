"""What surrounds every request, outermost first: its id, the headers that keep browsers safe, its line in the log."""

import logging
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import logs, metrics
from api.errors import of_refusal, of_unexpected
from api.parameters import RequestRefused
from community.kernel import about, ids
from community.kernel.messages import choose_locale

Header = tuple[bytes, bytes]
NAME = itemgetter(0)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(:[0-9]*)?")
"""What a Host header may hold: a name or an address and perhaps a port (RFC 3986 §3.2), or nothing."""

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


@dataclass
class HostNotSaid(RequestRefused):
    """Nobody can tell for which host this is, or two that read it on its way could differ in that (RFC 9112 §3.2)."""

    message = "Say which host this is for: in one Host header that holds its name, as HTTP/1.1 needs it."


class Surroundings:
    """Give a request its id, in every log line and on the way back, and its answer the careful headers it does not set.

    Write its line in the log and count it, refuse it where it does not say its host, and turn what nobody handled into
    a coded answer.
    """

    def __init__(self, app: ASGIApp, *, https_only: bool) -> None:
        self.app = app
        https = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if https_only else {}
        self._careful = MutableHeaders(SECURITY_HEADERS | https).raw
        self._names = {name for name, _ in self._careful}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        begun, status = time.perf_counter(), CLIENT_LEFT
        request_id, hosts = _id_and_hosts(scope["headers"])
        app = self.app if _is_host_said(scope, hosts) else _ask_for_host
        scope.setdefault("state", {})["request_id"] = request_id
        about.begin(request_id)

        async def send_surrounded(message: Message) -> None:
            nonlocal status
            kind = message["type"]
            if kind == "http.response.start":
                status = message["status"]
                message["headers"] = self._surrounded(message["headers"], request_id)
            elif kind == "websocket.accept":
                status = 101
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            elif kind == "websocket.close":
                status = message.get("code", 1000)
            elif kind == "websocket.http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, send_surrounded)
        except Exception as error:
            await _apologise(error, scope, receive, send_surrounded, begun_answer=status not in (CLIENT_LEFT, 101))
            status = 500
        finally:
            self._written(scope, status, time.perf_counter() - begun)
        return None

    def _surrounded(self, own: list[Header], request_id: str) -> list[Header]:
        careful = self._careful
        if not self._names.isdisjoint(map(NAME, own)):
            set_by_it = {*map(NAME, own)}
            careful = [header for header in careful if header[0] not in set_by_it]
        return [*own, *careful, (b"x-request-id", request_id.encode())]

    def _written(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope.get("method", "WEBSOCKET")
        route = getattr(scope.get("route"), "path", "(none)")
        metrics.answered(method=method, route=route, status=status, seconds=seconds)
        level = logging.ERROR if status == 500 else logging.DEBUG if route in WATCHED else logging.INFO
        logs.request(level, method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 1))


class Apology:
    """Answer for what nobody handled, inside of what adds headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = scope["type"] != "http"

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:
            if begun:
                raise
            await _apologise(error, scope, receive, send, begun_answer=False)


def _id_and_hosts(headers: Iterable[Header]) -> tuple[str, list[bytes]]:
    """The id of a request, a new one where it brings none that is usable, and which hosts it says it is for."""
    given, hosts = "", []
    for name, value in headers:
        if name == b"host":
            hosts.append(value.strip(b" \t"))
        elif name == b"x-request-id":
            given = value.decode("latin-1")
    return given if given and REQUEST_ID.fullmatch(given) else ids.new_hex(), hosts


def _is_host_said(scope: Scope, hosts: Sequence[bytes]) -> bool:
    """Whether it is one that can be. HTTP/1.0 needs none."""
    if not hosts:
        return bool(scope.get("http_version", "1.1") < "1.1")
    return len(hosts) == 1 and HOST.fullmatch(hosts[0]) is not None


async def _ask_for_host(scope: Scope, receive: Receive, send: Send) -> None:
    shown = of_refusal(HostNotSaid(), choose_locale(Headers(scope=scope).get("accept-language")))
    await JSONResponse({"errors": [shown]}, HostNotSaid.status)(scope, receive, send)


async def _apologise(error: Exception, scope: Scope, receive: Receive, send: Send, *, begun_answer: bool) -> None:
    """Log what failed inside, and answer with the id it is logged under and nothing else."""
    shown = of_unexpected(error, choose_locale(Headers(scope=scope).get("accept-language")))
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1011})
    elif not begun_answer:
        await JSONResponse({"errors": [shown]}, status_code=500)(scope, receive, send)
