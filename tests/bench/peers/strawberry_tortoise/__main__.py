"""`python -m tests.bench.peers.strawberry_tortoise [--caches]` serves `DATABASE_URL` at `PORT`, by uvicorn."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from tortoise.contrib.starlette import RegisterTortoise

from tests.bench.peers.strawberry_tortoise.graph import Context, schema
from tests.bench.peers.strawberry_tortoise.loaders import Loaders
from tests.bench.peers.strawberry_tortoise.tokens import member_of

MODELS = "tests.bench.peers.strawberry_tortoise.models"


class Graph(GraphQL[Context, None]):
    """Strawberry's app, with our context."""

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002
        member_id = member_of(request.headers.get("authorization"))
        return Context(member_id, Loaders(member_id))


@asynccontextmanager
async def connected(app: Starlette) -> AsyncIterator[None]:
    """Have the database as long as the server runs."""
    async with RegisterTortoise(app, config=configuration(os.environ["DATABASE_URL"])):
        yield


def configuration(url: str) -> dict[str, Any]:
    """Tortoise's. A socket's folder, `?host=/run/postgresql`, is not in the URLs that it reads."""
    parsed = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parsed.query).items()}
    credentials = {
        "host": asked.get("host", parsed.hostname),
        "port": int(asked.get("port", parsed.port or 5432)),
        "user": unquote(parsed.username or ""),
        "password": unquote(parsed.password or ""),
        "database": parsed.path.lstrip("/"),
        "minsize": 20,
        "maxsize": 20,
    }
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {"models": {"models": [MODELS], "default_connection": "default"}},
    }


if __name__ == "__main__":
    graph = Graph(schema(caches="--caches" in sys.argv[1:]), graphql_ide=None)
    uvicorn.run(
        Starlette(routes=[Route("/graphql", graph)], lifespan=connected),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
    )
