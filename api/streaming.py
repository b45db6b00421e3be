"""Results as they come, over plain HTTP: server-sent events (graphql-sse, distinct connections) and multipart parts.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol

graphql-sse's other mode, one connection for many operations, keeps state that only one process has; it is not served.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, ClassVar, Protocol

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.callers import REAUTHENTICATE_SECONDS, Authenticate, until_invalid
from api.negotiation import MediaType
from api.operations import Answer, Operations, Ready

HEARTBEAT_SECONDS = 12.0
"""How often a stream says that it is still there."""

SEND_SECONDS = 30.0
"""How long one result may take to leave before its reader counts as gone."""


class Framing(Protocol):
    """How a stream is cut into results."""

    headers: ClassVar[dict[str, str]]
    begin: bytes
    heartbeat: bytes
    end: bytes

    def frame(self, payload: dict[str, Any]) -> bytes:
        """One result."""


class EventFraming:
    """Server-sent events named next and complete."""

    headers: ClassVar[dict[str, str]] = {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
    }
    begin = b":\n\n"
    heartbeat = b":\n\n"
    end = b"event: complete\ndata:\n\n"

    def frame(self, payload: dict[str, Any]) -> bytes:
        """One result."""
        return b"event: next\ndata: " + orjson.dumps(payload) + b"\n\n"


class PartFraming:
    """Parts of a multipart body, each with its closing boundary so that it can be read at once."""

    headers: ClassVar[dict[str, str]] = {
        "Content-Type": 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
    }
    begin = b"--graphql"
    heartbeat = b"\r\nContent-Type: application/json\r\n\r\n{}\r\n--graphql"
    end = b"--\r\n"

    def frame(self, payload: dict[str, Any]) -> bytes:
        """One result."""
        part = orjson.dumps({"payload": payload})
        return b"\r\nContent-Type: application/json\r\n\r\n" + part + b"\r\n--graphql"


FRAMINGS: dict[MediaType, Framing] = {MediaType.EVENTS: EventFraming(), MediaType.MULTIPART: PartFraming()}


class Streams:
    """Makes streaming responses, and ends those under way when the server stops."""

    def __init__(self, operations: Operations, authenticate: Authenticate) -> None:
        self._operations = operations
        self._authenticate = authenticate
        self._stopping = asyncio.Event()
        self.heartbeat_seconds = HEARTBEAT_SECONDS
        self.reauthenticate_seconds = REAUTHENTICATE_SECONDS

    def stop(self) -> None:
        """End all streams."""
        self._stopping.set()

    def of_one(self, answer: Answer, kind: MediaType) -> Response:
        """A stream of one result, for clients that accept nothing else."""
        framing = FRAMINGS[kind]
        body = framing.begin + framing.frame(answer.payload) + framing.end
        return Response(body, headers=framing.headers)

    def of_events(self, ready: Ready, kind: MediaType, request: Request) -> Response:
        """A stream of a subscription's results, for as long as its token is what it was."""
        authorization = request.headers.get("authorization")
        every = self.reauthenticate_seconds

        async def until_refused() -> Answer | None:
            """The last answer of a stream that must end: why, or None because the server stops."""
            if authorization is None:
                await self._stopping.wait()
                return None
            stopping = asyncio.ensure_future(self._stopping.wait())
            actor = ready.caller.actor
            invalid = asyncio.ensure_future(until_invalid(self._authenticate, authorization, actor, every=every))
            try:
                await asyncio.wait({stopping, invalid}, return_when=asyncio.FIRST_COMPLETED)
                return self._operations.refused(invalid.result(), ready.caller) if invalid.done() else None
            finally:
                stopping.cancel()
                invalid.cancel()

        events = self._operations.events(ready)
        return EventResponse(events, FRAMINGS[kind], until_refused, self.heartbeat_seconds)


class EventResponse(Response):
    """Sends results until there are no more, the client leaves, or the stream must end."""

    def __init__(
        self,
        answers: AsyncIterator[Answer],
        framing: Framing,
        until_refused: Callable[[], Any],
        heartbeat_seconds: float,
    ) -> None:
        super().__init__(headers=framing.headers)
        del self.headers["content-length"]
        self._answers = answers
        self._framing = framing
        self._until_refused = until_refused
        self._heartbeat_seconds = heartbeat_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        sending = asyncio.ensure_future(self._send_all(send))
        leaving = asyncio.ensure_future(_until_left(receive))
        refused = asyncio.ensure_future(self._until_refused())
        try:
            await asyncio.wait({sending, leaving, refused}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving, refused):
                task.cancel()
            await asyncio.wait({sending, leaving, refused})
        if leaving.cancelled() and not _is_stuck(sending):
            last = None if refused.cancelled() else refused.result()
            await self._send(send, (self._framing.frame(last.payload) if last else b"") + self._framing.end, more=False)

    async def _send_all(self, send: Send) -> None:
        await self._send(send, self._framing.begin)
        async with asyncio.TaskGroup() as group, aclosing(self._answers) as answers:  # type: ignore[type-var]
            beating = group.create_task(self._beat(send))
            # No task per result: on a busy loop a reader would fall ever further behind.
            async for answer in answers:
                await self._send(send, self._framing.frame(answer.payload))
            beating.cancel()

    async def _beat(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            await self._send(send, self._framing.heartbeat)

    async def _send(self, send: Send, body: bytes, *, more: bool = True) -> None:
        message: Message = {"type": "http.response.body", "body": body, "more_body": more}
        async with asyncio.timeout(SEND_SECONDS):
            await send(message)


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _is_stuck(sending: "asyncio.Future[None]") -> bool:
    """Whether results could not be sent."""
    return not sending.cancelled() and sending.exception() is not None
