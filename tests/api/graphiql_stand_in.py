"""A small server that signs in, refreshes and subscribes the way the real one does: what the page is tested against."""

import asyncio
import base64
import contextlib
import itertools
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from api import graphiql

EXAMPLES = (
    graphiql.Example(
        "Greeting",
        "Says hello.",
        "# Says hello.\nquery Greeting($name: String!) {\n  hello(name: $name)\n}\n",
        '{"name": "世界"}',
    ),
    graphiql.Example("Me", "You.", "# You.\nquery Me {\n  viewer {\n    member {\n      handle\n    }\n  }\n}\n"),
)


class StandIn:
    """Who may sign in, which tokens are good, who listens."""

    def __init__(self) -> None:
        self.passwords = {"mei@example.com": "correct horse"}
        self.access: dict[str, str] = {}
        self.refresh: dict[str, str] = {}
        self.lifetime_seconds = 600
        self.refreshed = 0
        self.refused = 0
        self.listeners: dict[asyncio.Queue[str], str] = {}
        self.somebody_listens = asyncio.Event()
        self._numbers = itertools.count(1)

    def tokens_for(self, handle: str) -> "Tokens":
        number = next(self._numbers)
        claims = json.dumps({"sub": handle, "jti": number, "iat": 0, "exp": self.lifetime_seconds}).encode()
        tokens = Tokens(
            access_token=f"header.{base64.urlsafe_b64encode(claims).decode()}.{number}",
            refresh_token=f"refresh-{number}",
        )
        self.access[tokens.access_token] = self.refresh[tokens.refresh_token] = handle
        return tokens

    def tell(self, text: str) -> None:
        for listener in self.listeners:
            listener.put_nowait(text)

    def bearer(self, authorization: str | None) -> str | None:
        return self.access.get((authorization or "").removeprefix("Bearer "))


@strawberry.type
class Member:
    handle: str


@strawberry.type
class Viewer:
    member: Member


@strawberry.interface
class Problem:
    message: str


@strawberry.type
class WrongPassword(Problem):
    pass


@strawberry.type
class Tokens:
    access_token: str
    refresh_token: str


@strawberry.type
class SignInPayload:
    tokens: Tokens


@strawberry.type
class RefreshSessionPayload:
    tokens: Tokens


@strawberry.type
class SessionEnded(Problem):
    pass


@strawberry.type
class SignOutPayload:
    done: bool


@strawberry.input
class SignInInput:
    email: str
    password: str


@strawberry.input
class RefreshSessionInput:
    refresh_token: str


Info = strawberry.Info[dict, None]


def handle_of(info: Info) -> str | None:
    parameters = info.context.get("connection_params")
    given = (
        parameters.get("authorization")
        if parameters is not None
        else info.context["request"].headers.get("authorization")
    )
    return stand_in_of(info).bearer(given)


def stand_in_of(info: Info) -> StandIn:
    return info.context["request"].app.state.stand_in


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str) -> str:
        return f"Hello, {name}"

    @strawberry.field
    def viewer(self, info: Info) -> Viewer | None:
        handle = handle_of(info)
        return Viewer(member=Member(handle=handle)) if handle else None


@strawberry.type
class Mutation:
    @strawberry.mutation
    def sign_in(
        self, info: Info, given: Annotated[SignInInput, strawberry.argument(name="input")]
    ) -> Annotated[SignInPayload | WrongPassword, strawberry.union("SignInResult")]:
        stand_in = stand_in_of(info)
        if stand_in.passwords.get(given.email) != given.password:
            return WrongPassword(message="E-mail or password is wrong.")
        return SignInPayload(tokens=stand_in.tokens_for(given.email.partition("@")[0]))

    @strawberry.mutation
    def refresh_session(
        self, info: Info, given: Annotated[RefreshSessionInput, strawberry.argument(name="input")]
    ) -> Annotated[RefreshSessionPayload | SessionEnded, strawberry.union("RefreshSessionResult")]:
        stand_in = stand_in_of(info)
        handle = stand_in.refresh.pop(given.refresh_token, None)
        if handle is None:
            return SessionEnded(message="Sign in again.")
        stand_in.refreshed += 1
        return RefreshSessionPayload(tokens=stand_in.tokens_for(handle))

    @strawberry.mutation
    def sign_out(self, info: Info) -> SignOutPayload:
        stand_in = stand_in_of(info)
        stand_in.access.clear()
        stand_in.refresh.clear()
        return SignOutPayload(done=True)

    @strawberry.mutation
    def say(self, info: Info, text: str) -> str:
        stand_in_of(info).tell(text)
        return text


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def heard(self, info: Info) -> AsyncGenerator[str, None]:
        """What others say, told to members only."""
        handle = handle_of(info)
        if handle is None:
            raise PermissionError("Sign in first.")
        queue: asyncio.Queue[str] = asyncio.Queue()
        stand_in_of(info).listeners[queue] = handle
        stand_in_of(info).somebody_listens.set()
        try:
            while True:
                yield f"{handle} heard {await queue.get()}"
        finally:
            del stand_in_of(info).listeners[queue]


class RefusingBadBearers:
    """A presented token that is not good is a 401, as the contract says."""

    def __init__(self, app: ASGIApp, stand_in: StandIn) -> None:
        self.app = app
        self.stand_in = stand_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = Request(scope).headers.get("authorization")
            if given is not None and self.stand_in.bearer(given) is None:
                self.stand_in.refused += 1
                refusal = {"errors": [{"message": "Expired.", "extensions": {"code": "UNAUTHENTICATED"}}]}
                return await JSONResponse(refusal, status_code=401)(scope, receive, send)
        return await self.app(scope, receive, send)


class Door(GraphQL):
    """Strawberry's view, with our page for browsers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and graphiql.wants_page(request := Request(scope)):
            return await graphiql.graphiql_page(request, examples=EXAMPLES)(scope, receive, send)
        return await super().__call__(scope, receive, send)

    async def on_ws_connect(self, context: dict) -> None:
        given = (context["connection_params"] or {}).get("authorization")
        if given is not None and context["request"].app.state.stand_in.bearer(given) is None:
            raise ConnectionRejectionError
        return await super().on_ws_connect(context)


def app_for(stand_in: StandIn) -> Starlette:
    """The stand-in as an application."""
    schema = strawberry.Schema(Query, Mutation, Subscription)
    door = Door(schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
    app = Starlette(
        routes=[
            Route("/graphql", RefusingBadBearers(door, stand_in)),
            WebSocketRoute("/graphql", door),
            *graphiql.routes,
        ]
    )
    app.state.stand_in = stand_in
    return app


@contextlib.asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """The origin under which the application answers while the block runs."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, lifespan="off", log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=1)
    )
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
