"""The front door: GraphQL over HTTP by the letter, with streams and sockets beside it.

https://graphql.github.io/graphql-over-http/draft/
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import orjson
import strawberry
from graphql import OperationType
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.callers import Authenticate, Caller, caller_in, headers_in
from api.errors import present
from api.manners import MethodNotAllowed, manner_of
from api.negotiation import Accepted, MediaType
from api.operations import Answer, Operations
from api.parameters import Parameters, RequestRefused, read_body, read_query_string
from api.streaming import Streams
from api.websocket import Sockets
from community import valkey
from community.kernel.errors import HourglassError, InvalidToken, RateLimited, TooBusy
from community.quota import service as quota
from community.settings import Settings
from schema.execution.executor import Executor

PATH = "/graphql"
PUBLIC_SECONDS = 30
"""How long caches may keep the answer to a public persisted document."""

VARY = "Accept, Accept-Language, Authorization"
"""Where other origins may ask, CORS adds Origin; elsewhere it changes nothing in an answer that anybody may keep."""

USUAL = {
    kind: MutableHeaders({"Cache-Control": "no-store", "Vary": VARY, "Content-Type": f"{kind}; charset=utf-8"}).raw
    for kind in (MediaType.RESPONSE, MediaType.JSON)
}
"""The headers of an answer that is nobody else's."""

STATUS_OF_CODE = {"FORBIDDEN": 403, "UNAUTHENTICATED": 403, "RATE_LIMITED": 429, "UNAVAILABLE": 503, "INTERNAL": 500}


@dataclass
class MutationNeedsPost(RequestRefused):
    """What changes something is never done by following a link."""

    status = 405
    message = "Mutations need POST."


@dataclass
class SubscriptionNeedsStream(RequestRefused):
    """One answer cannot carry many."""

    status = 406
    message = "A subscription needs Accept: text/event-stream or multipart/mixed, or a WebSocket."


class FrontDoor:
    """One schema served under one address."""

    def __init__(
        self,
        schema: strawberry.Schema,
        settings: Settings,
        *,
        authenticate: Authenticate,
        wants_page: Callable[[Request], bool] = lambda _: False,
        page: Callable[[Request], Response] = lambda _: Response(status_code=404),
    ) -> None:
        self._settings = settings
        self._authenticate = authenticate
        self._wants_page, self._page = wants_page, page
        self._operations = Operations(schema, settings)
        self.streams = Streams(self._operations, authenticate)
        self.sockets = Sockets(self._operations, settings, authenticate)
        self.route = Route(PATH, self)

    @property
    def routes(self) -> list[BaseRoute]:
        """The address, for requests and for sockets."""
        return [self.route, WebSocketRoute(PATH, self.sockets)]

    @property
    def executor(self) -> Executor:
        """What runs operations."""
        return self._operations.executor

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """What runs beside requests. At the end, streams and sockets are closed and mutations finished."""
        settling = asyncio.create_task(quota.keep_settling())
        try:
            yield
        finally:
            self.stop()
            await self.sockets.closed()
            await self._operations.finish_writes()
            settling.cancel()
            with suppress(asyncio.CancelledError):
                await settling
            await valkey.disconnect()

    def stop(self) -> None:
        """Close streams and sockets, whose clients will come back to another process. Requests under way go on."""
        self.streams.stop()
        self.sockets.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self.route
        try:
            respond = await self._respond(scope, receive)
            await respond(scope, receive, send)
        except ClientDisconnect:
            return

    async def _respond(self, scope: Scope, receive: Receive) -> ASGIApp:
        method: str = scope["method"]
        if method != "POST" and self._wants_page(Request(scope)):
            return self._page(Request(scope))
        manner = manner_of(method, scope["headers"], self._settings.allowed_origins)
        if manner.refusal is not None:
            return _refusal(manner.refusal, manner.locale, manner.kind)
        said = headers_in(scope)
        try:
            if method == "POST":
                asked = await read_body(receive, said.get(b"content-length", b"0"))
            else:
                asked = read_query_string(Request(scope))
            bearer = said.get(b"authorization")
            actor = await self._authenticate(None if bearer is None else bearer.decode("latin-1"))
        except HourglassError as error:
            return _refusal(error, manner.locale, manner.kind)
        return await self._run(scope, manner.accepts, asked, caller_in(scope, said, actor))

    async def _run(self, scope: Scope, accepts: Accepted, asked: Parameters, caller: Caller) -> ASGIApp:
        is_get = scope["method"] == "GET"

        def check(kind: OperationType) -> None:
            if is_get and kind is OperationType.MUTATION:
                raise MutationNeedsPost
            if kind is OperationType.SUBSCRIPTION and accepts.stream is None:
                raise SubscriptionNeedsStream

        try:
            ready = await self._operations.prepare(asked, caller, check)
        except Exception as error:
            answer = self._operations.refused(error, caller)
        else:
            if ready.prepared.kind is OperationType.SUBSCRIPTION:
                assert accepts.stream is not None, "checked before it was prepared"
                return self.streams.of_events(ready, accepts.stream, Request(scope))
            answer = await self._operations.answer(ready)
        if accepts.single is None:
            assert accepts.stream is not None, "something is accepted"
            return self.streams.of_one(answer, accepts.stream)
        return _response(answer, accepts.single, may_be_cached=is_get and asked.is_named)


class Sent:
    """What is sent when everything went well, as every other time but for its length and its body."""

    __slots__ = ("_body", "_headers")

    def __init__(self, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self._body, self._headers = body, headers

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [*self._headers, (b"content-length", str(len(self._body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


def _response(answer: Answer, kind: MediaType, *, may_be_cached: bool) -> ASGIApp:
    payload, cache = answer.payload, "no-store"
    if answer.ran and not may_be_cached:
        return Sent(orjson.dumps(payload), USUAL[kind])
    if may_be_cached and answer.is_public:
        # Whoever gets it from a cache has paid nothing, so it does not say what is left in somebody's bucket.
        payload = {"data": payload["data"]}
        cache = f"public, max-age={PUBLIC_SECONDS}"
    headers = {"Cache-Control": cache, "Vary": VARY} | _retry_after(answer.refusal)
    if isinstance(answer.refusal, MutationNeedsPost):
        headers["Allow"] = "POST"
    return _json(payload, kind, _status(answer, kind), headers)


def _refusal(error: HourglassError, locale: str, kind: MediaType) -> Response:
    """The answer to a request that never became an operation."""
    status = error.status if isinstance(error, RequestRefused) else STATUS_OF_CODE.get(error.code, 400)
    headers = {"Cache-Control": "no-store"} | _retry_after(error)
    if isinstance(error, InvalidToken):
        status, headers["WWW-Authenticate"] = 401, 'Bearer error="invalid_token"'
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = "GET, POST"
    return _json({"errors": present(error, locale)}, kind, status, headers)


def _status(answer: Answer, kind: MediaType) -> int:
    if answer.ran:
        return 200
    if isinstance(answer.refusal, RequestRefused):
        status = answer.refusal.status
    else:
        status = STATUS_OF_CODE.get(answer.payload["errors"][0]["extensions"]["code"], 400)
    # A client that only knows application/json looks for errors in answers with status 200.
    return 200 if kind is MediaType.JSON and status != 405 and status < 500 else status


def _retry_after(error: HourglassError | None) -> dict[str, str]:
    return {"Retry-After": str(error.retry_after)} if isinstance(error, RateLimited | TooBusy) else {}


def _json(payload: dict[str, Any], kind: MediaType, status: int, headers: dict[str, str]) -> Response:
    return Response(orjson.dumps(payload), status, headers, media_type=f"{kind}; charset=utf-8")
