"""GraphQL over WebSockets: graphql-transport-ws, for subscriptions and queries.

https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md

A socket is one conversation: it must introduce itself within five seconds (`connection_init`, with the token in its
payload as `authorization`), and is closed with a code that says why:

    1001  the server stops
    1009  a message of more than 64 KiB
    1011  a mistake of ours
    1013  it does not read what it asked for, or the database is busy: come back later
    4400  a message that is none
    4401  asked before it was acknowledged
    4403  the token is not good, or no longer: it expired, its session was ended, its roles changed; connect again
    4406  another subprotocol than graphql-transport-ws
    4408  no connection_init in time
    4409  an id that is in use
    4429  a second connection_init, or more than 20 messages a second

The token is looked at again every 15 seconds. It is not renewed on an open socket: a client takes a new one along when
it connects again, which graphql-ws does by itself after 4403, 1001 and 1013.
"""

import asyncio
import time
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from graphql import OperationType
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.callers import REAUTHENTICATE_SECONDS, Authenticate, Caller, caller_of, until_invalid
from api.negotiation import ForeignOrigin, refuse_foreign_pages
from api.operations import Operations, Ready
from api.parameters import of_mapping
from api.streaming import SEND_SECONDS
from community.access.policy import Actor
from community.kernel.errors import InvalidToken, Refusal, TooBusy
from community.settings import Settings

PROTOCOL = "graphql-transport-ws"

INIT_SECONDS = 5.0
MAX_OPERATIONS = 20
MAX_MESSAGE = 64 * 1024
MESSAGES_PER_SECOND = 20
MAX_QUEUE = 100
CLOSE_SECONDS = 2.0
TOO_SLOW = "Too slow: results are not being read"

log = structlog.get_logger(__name__)


@dataclass
class MutationNeedsHttp(Refusal):
    """A mutation would die with its socket and nobody would know whether it happened."""

    code = "BAD_USER_INPUT"
    message = "Mutations need HTTP: send them by POST."


@dataclass
class TooManyOperations(Refusal):
    """One socket runs too much at once."""

    allowed: int
    code = "BAD_USER_INPUT"
    message = "At most {allowed} operations run on one connection. Complete one first."


class Closing(Exception):
    """The conversation ends, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class Sockets:
    """All conversations of this process."""

    def __init__(self, operations: Operations, settings: Settings, authenticate: Authenticate) -> None:
        self.operations = operations
        self.authenticate = authenticate
        self.stopping = asyncio.Event()
        self.init_seconds = INIT_SECONDS
        self.send_seconds = SEND_SECONDS
        self.reauthenticate_seconds = REAUTHENTICATE_SECONDS
        self._allowed_origins = settings.allowed_origins
        self._open: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        try:
            refuse_foreign_pages(websocket.headers, self._allowed_origins)
        except ForeignOrigin:
            return await websocket.close()
        is_ours = PROTOCOL in scope.get("subprotocols", ())
        await websocket.accept(PROTOCOL if is_ours else None)
        if not is_ours:
            return await websocket.close(4406, "Subprotocol not acceptable")
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await Conversation(self, websocket).run()
        finally:
            self._open.discard(task)

    @property
    def are_open(self) -> bool:
        """Whether any conversation is under way."""
        return bool(self._open)

    def stop(self) -> None:
        """Close all sockets, and those that still come."""
        self.stopping.set()

    async def closed(self) -> None:
        """Wait until all sockets are closed."""
        while self._open:
            await asyncio.wait(set(self._open))


class Conversation:
    """One socket, from its introduction to its end."""

    def __init__(self, sockets: Sockets, websocket: WebSocket) -> None:
        self._sockets = sockets
        self._websocket = websocket
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(MAX_QUEUE)
        self._has_room = asyncio.Event()
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._introduced = asyncio.Event()
        self._authorization: str | None = None
        self._caller: Caller | None = None
        self._tokens, self._refilled_at = float(MESSAGES_PER_SECOND), time.monotonic()

    async def run(self) -> None:
        """Talk until one side ends it, then close with the reason."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(self._write())
                self._tasks.create_task(self._until_stopped())
                self._tasks.create_task(self._until_late())
                await self._read()
        except* Closing as ends:
            await self._close(_first(ends))
        except* WebSocketDisconnect:
            pass
        except* Exception as group:
            log.error("a conversation failed", exc_info=group)
            await self._close(Closing(1011, "Internal error"))

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1006))
            self._count_message()
            await self._hear(_decode(message.get("text")))

    async def _hear(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "connection_init"}:
                await self._introduce(message.get("payload"))
            case {"type": "ping"}:
                self._say({"type": "pong"})
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(key), "payload": dict(payload)} if key:
                self._begin(key, payload)
            case {"type": "complete", "id": str(key)}:
                if operation := self._operations.pop(key, None):
                    operation.cancel()
            case _:
                raise Closing(4400, "Not a message of graphql-transport-ws")

    async def _introduce(self, payload: Any) -> None:
        if self._introduced.is_set():
            raise Closing(4429, "Too many initialisation requests")
        if payload is not None and type(payload) is not dict:
            raise Closing(4400, "The payload of connection_init must be an object")
        self._introduced.set()
        self._authorization = _authorization_in(payload or {})
        try:
            actor = await self._sockets.authenticate(self._authorization)
        except InvalidToken:
            raise Closing(4403, "Forbidden") from None
        except TooBusy:
            raise Closing(1013, "Try again later") from None
        self._caller = caller_of(self._websocket, actor)
        if self._authorization is not None:
            self._tasks.create_task(self._until_invalid(actor))
        self._say({"type": "connection_ack"})

    def _begin(self, key: str, payload: dict[str, Any]) -> None:
        if self._caller is None:
            raise Closing(4401, "Unauthorized")
        if key in self._operations:
            raise Closing(4409, f"Subscriber for {key[:50]} already exists")
        if len(self._operations) >= MAX_OPERATIONS:
            refused = self._sockets.operations.refused(TooManyOperations(MAX_OPERATIONS), self._caller)
            self._say({"id": key, "type": "error", "payload": refused.payload["errors"]})
            return
        self._operations[key] = self._tasks.create_task(self._operate(key, payload, self._caller))

    async def _operate(self, key: str, payload: dict[str, Any], caller: Caller) -> None:
        operations = self._sockets.operations
        try:
            try:
                ready = await operations.prepare(of_mapping(payload), caller, _refuse_mutations)
            except Exception as error:
                answer = operations.refused(error, caller)
                return self._end(key, {"type": "error", "payload": answer.payload["errors"]})
            await self._send_results(key, ready)
        finally:
            if self._operations.get(key) is asyncio.current_task():
                del self._operations[key]

    async def _send_results(self, key: str, ready: Ready) -> None:
        operations = self._sockets.operations
        if ready.prepared.kind is not OperationType.SUBSCRIPTION:
            answer = await operations.answer(ready)
            if not answer.ran:
                return self._end(key, {"type": "error", "payload": answer.payload["errors"]})
            self._say({"id": key, "type": "next", "payload": answer.payload})
            return self._end(key, {"type": "complete"})
        async with aclosing(operations.events(ready)) as answers:  # type: ignore[type-var]
            async for answer in answers:
                if not answer.ran:
                    return self._end(key, {"type": "error", "payload": answer.payload["errors"]})
                await self._until_there_is_room()
                self._say({"id": key, "type": "next", "payload": answer.payload})
        return self._end(key, {"type": "complete"})

    def _end(self, key: str, message: dict[str, Any]) -> None:
        """Say an operation's last word. Its id is free before the client can know."""
        self._operations.pop(key, None)
        self._say({"id": key, **message})

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self._outgoing.put_nowait(orjson.dumps(message).decode())
        except asyncio.QueueFull:
            raise Closing(1013, TOO_SLOW) from None

    async def _write(self) -> None:
        while True:
            await self._websocket.send_text(await self._outgoing.get())
            if not self._is_crowded:
                self._has_room.set()

    @property
    def _is_crowded(self) -> bool:
        """Whether half of the line is taken. The other half is for what waits for nothing."""
        return self._outgoing.qsize() >= MAX_QUEUE // 2

    async def _until_there_is_room(self) -> None:
        try:
            while self._is_crowded:
                self._has_room.clear()
                async with asyncio.timeout(self._sockets.send_seconds):
                    await self._has_room.wait()
        except TimeoutError:
            raise Closing(1013, TOO_SLOW) from None

    async def _until_stopped(self) -> None:
        await self._sockets.stopping.wait()
        raise Closing(1001, "The server stops")

    async def _until_late(self) -> None:
        try:
            async with asyncio.timeout(self._sockets.init_seconds):
                await self._introduced.wait()
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None

    async def _until_invalid(self, actor: Actor) -> None:
        sockets = self._sockets
        await until_invalid(sockets.authenticate, self._authorization, actor, every=sockets.reauthenticate_seconds)
        raise Closing(4403, "The token is no longer valid")

    def _count_message(self) -> None:
        now = time.monotonic()
        flowed = (now - self._refilled_at) * MESSAGES_PER_SECOND
        self._tokens, self._refilled_at = min(MESSAGES_PER_SECOND, self._tokens + flowed), now
        if self._tokens < 1:
            raise Closing(4429, "Too many messages")
        self._tokens -= 1

    async def _close(self, closing: Closing) -> None:
        """Send the close frame, unless the other side is gone or reads nothing."""
        with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._websocket.close(closing.code, closing.reason)


def _decode(text: str | None) -> dict[str, Any]:
    if text is None:
        raise Closing(4400, "Messages are text")
    if len(text) > MAX_MESSAGE or len(text.encode()) > MAX_MESSAGE:
        raise Closing(1009, "Message too big")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Closing(4400, "Messages are JSON") from None
    if type(message) is not dict:
        raise Closing(4400, "Messages are objects")
    return message


def _authorization_in(payload: dict[str, Any]) -> str | None:
    """The token in a connection_init: under `authorization` as in a header, in any case, or alone under `token`.

    What is there and no text is a token that opens nothing: nobody is taken for a stranger who meant to be somebody.
    """
    for name, value in payload.items():
        if value is not None and name.lower() == "authorization":
            return str(value)
    token = payload.get("token")
    return None if token is None else f"Bearer {token}"


def _refuse_mutations(kind: OperationType) -> None:
    if kind is OperationType.MUTATION:
        raise MutationNeedsHttp


def _first(group: BaseExceptionGroup[Closing]) -> Closing:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, Closing)
    return error
