"""A small graph with one of everything the front door cares about, and a door to it on a real server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import aiohttp
import orjson
import pytest
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from api.graphql import FrontDoor
from api.limits import bucket_of
from community.access.policy import ANONYMOUS, Actor, Kind, Role
from community.kernel.errors import InvalidToken, NotFound
from community.kernel.pages import Page
from community.quota.rules import Bucket
from community.settings import Settings
from schema.connections import Connection
from schema.context import Info
from schema.limits import SENSITIVE
from schema.prices import PRICE, Price
from tests.deadlines import PATIENCE_SECONDS

MEMBER = Actor(kind=Kind.MEMBER, member_id=UUID(int=1))
ADMIN = Actor(kind=Kind.MEMBER, member_id=UUID(int=2), roles=frozenset({Role.ADMIN}))
PARTNER = Actor(kind=Kind.PARTNER, key_id=UUID(int=3))


@dataclass
class Happenings:
    """What the toy's resolvers did and wait for, for the test that looks."""

    written: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    live: int = 0

    def begin_anew(self) -> None:
        """Forget what earlier tests did."""
        self.__init__()  # type: ignore[misc]


happenings = Happenings()


@strawberry.type
class Author:
    name: str

    @strawberry.field
    def posts(self, first: int | None = None, last: int | None = None) -> Connection["Post"]:
        return posts(last if first is None else first)


@strawberry.type
class Post:
    id: strawberry.ID
    body: str

    @strawberry.field
    def author(self) -> Author:
        return Author(name="Ada")

    @strawberry.field
    def comments(self, first: int | None = None, last: int | None = None) -> Connection["Post"]:
        return posts(last if first is None else first)

    @strawberry.field(metadata={PRICE: Price(items=3)})
    def reactors(self) -> list[Author]:
        return [Author(name="Bo")]

    @strawberry.field(metadata={PRICE: Price(own=7)})
    def summary(self) -> str:
        return "short"

    @strawberry.field
    def viewer_can_edit(self) -> bool:
        return True


def posts(size: int | None) -> Connection[Post]:
    """A page of posts, `size` or 2 of them."""
    nodes = [Post(id=strawberry.ID(str(n)), body="你好") for n in range(2 if size is None else size)]
    return Connection.of(Page(nodes, ["c" for _ in nodes]), lambda node: node)


@strawberry.input
class Tree:
    name: str = ""
    children: list["Tree"] = strawberry.field(default_factory=list)


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

    @strawberry.field
    def viewer(self) -> Author | None:
        return None

    @strawberry.field
    def who(self, info: Info) -> str:
        return f"{info.context.actor.bucket_key} {info.context.locale}"

    @strawberry.field
    def posts(self, first: int | None = None, last: int | None = None) -> Connection[Post]:
        return posts(last if first is None else first)

    @strawberry.field
    def post(self, id: strawberry.ID) -> Post | None:  # noqa: ARG002
        raise NotFound("Post")

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list[Post]:
        return [Post(id=id, body="") for id in ids]

    @strawberry.field
    def authors(self) -> list[Author]:
        return [Author(name="Ada")]

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("the secret is hunter2")

    @strawberry.field
    def broken_for_good(self) -> str:
        raise RuntimeError("the secret is hunter2")

    @strawberry.field
    def echo(self, text: str = "", number: int = 0, tree: Tree | None = None) -> str:  # noqa: ARG002
        return text

    @strawberry.field
    async def slow(self) -> str:
        happenings.started.set()
        try:
            await happenings.gate.wait()
        except asyncio.CancelledError:
            happenings.cancelled.append("slow")
            raise
        return "done"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def write(self, text: str) -> Post:
        happenings.written.append(text)
        return Post(id=strawberry.ID("1"), body=text)

    @strawberry.mutation
    async def write_slowly(self, text: str) -> Post:
        happenings.started.set()
        await happenings.gate.wait()
        happenings.written.append(text)
        return Post(id=strawberry.ID("1"), body=text)

    @strawberry.mutation(metadata={SENSITIVE: True})
    async def sign_in(self, password: str) -> str | None:  # noqa: ARG002
        return None


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def waiting(self) -> AsyncGenerator[Post, None]:
        happenings.live += 1
        happenings.started.set()
        try:
            yield Post(id=strawberry.ID("1"), body="first")
            await happenings.gate.wait()
        finally:
            happenings.live -= 1

    @strawberry.subscription
    async def flood(self) -> AsyncGenerator[str, None]:
        while True:
            yield "x" * 50_000
            await asyncio.sleep(0)

    @strawberry.subscription
    async def failing(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("the secret is hunter2")


schema = strawberry.Schema(Query, Mutation, Subscription)

TOKENS = {"Bearer member": MEMBER, "Bearer admin": ADMIN, "Bearer partner": PARTNER}


class Guards:
    """Knows the toy's tokens, until they are revoked or their bearers have no roles any more."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()
        self.demoted: set[str] = set()

    async def authenticate(self, authorization: str | None) -> Actor:
        if authorization is None:
            return ANONYMOUS
        if authorization in self.revoked or authorization not in TOKENS:
            raise InvalidToken
        actor = TOKENS[authorization]
        return replace(actor, roles=frozenset()) if authorization in self.demoted else actor


@dataclass
class Toy:
    """A running door and how to ask it."""

    url: str
    door: FrontDoor
    guards: Guards
    client: aiohttp.ClientSession
    log: list[Any] = field(default_factory=list)
    """The lines that were logged, where a test listens."""

    async def post(self, query: str | None = None, *, token: str | None = None, **more: Any) -> dict[str, Any]:
        """The decoded answer to a document."""
        headers = {"Accept": "application/graphql-response+json"} | more.pop("headers", {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = ({"query": query} if query is not None else {}) | more
        async with self.client.post(self.url, json=body, headers=headers) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            return answer | {"status": response.status, "headers": response.headers}

    @staticmethod
    def encode(value: Any) -> bytes:
        """A value as JSON."""
        return orjson.dumps(value)

    def socket(self, **options: Any) -> Any:
        """A WebSocket, not yet introduced."""
        options.setdefault("protocols", ["graphql-transport-ws"])
        return self.client.ws_connect(self.url, **options)


@asynccontextmanager
async def toy_server(settings: Settings | None = None, graph: strawberry.Schema = schema) -> AsyncIterator[Toy]:
    """The toy on a port of its own."""
    guards = Guards()
    door = FrontDoor(graph, settings or Settings(), authenticate=guards.authenticate)
    app = Starlette(routes=door.routes, lifespan=lambda _: door.serving())
    async with aiohttp.ClientSession() as client, running(app, door.stop) as origin:
        yield Toy(f"{origin}/graphql", door, guards, client)


@asynccontextmanager
async def running(app: ASGIApp, on_stopping: Callable[[], None] = lambda: None) -> AsyncIterator[str]:
    """uvicorn as the product runs it, in this loop."""
    config = uvicorn.Config(
        app,
        port=0,
        loop="none",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=128 * 1024,
        lifespan="on",
        log_config=None,
        # Whoever pauses for seconds must not meet a connection that is just being closed.
        timeout_keep_alive=int(PATIENCE_SECONDS),
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[assignment, method-assign]
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started or task.done())
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        on_stopping()
        happenings.gate.set()
        server.should_exit = True
        await task


def keep_buckets_from_filling(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a caller paid stays paid, however slow this machine is: a token takes 100 s to come back."""

    def hardly_filling(actor: Actor, address: str) -> Bucket:
        return bucket_of(actor, address)._replace(rate=0.01)

    monkeypatch.setattr("api.operations.bucket_of", hardly_filling)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition. Fails when it is not in time."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
