"""Those who are measured beside ours, each run as it would be in production."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import asyncpg

from community.access.signing import signing_key
from tests.bench.contenders import Contender
from tests.bench.peers.dialects import POSTGRAPHILE, WRITTEN_BY_HAND
from tests.bench.peers.node import HERE, NODE
from tests.bench.requests import Dialect

VIEWS_AND_FUNCTIONS = (HERE / "database.sql").read_text()


def on_node(name: str, script: str, dialect: Dialect) -> Contender:
    """One of these in JavaScript."""
    environment = {
        "SIGNING_KEY": signing_key().decode(),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "NODE_NO_WARNINGS": "1",
    }
    return Contender(name=name, command=(str(NODE), script), dialect=dialect, environment=environment, folder=HERE)


def in_python(name: str, *options: str) -> Contender:
    """Strawberry and Tortoise, on the Python that runs ours."""
    command = (sys.executable, "-m", "tests.bench.peers.strawberry_tortoise", *options)
    environment = {"SIGNING_KEY": signing_key().decode()}
    return Contender(name=name, command=command, dialect=WRITTEN_BY_HAND, environment=environment)


PEERS: Mapping[str, Callable[[], Contender]] = {
    "postgraphile": partial(on_node, "PostGraphile 5", "postgraphile.js", POSTGRAPHILE),
    "mercurius-jit": partial(on_node, "mercurius-jit", "mercurius.js", WRITTEN_BY_HAND),
    "yoga": partial(on_node, "graphql-yoga", "yoga.js", WRITTEN_BY_HAND),
    "strawberry": partial(in_python, "Strawberry + Tortoise"),
    "strawberry-caches": partial(in_python, "Strawberry + Tortoise, caches", "--caches"),
}
"""By what `--peers` calls them."""


def chosen(names: str) -> list[Contender]:
    """The peers of these names, with commas between them. Raises ArgumentTypeError."""
    unknown = [name for name in names.split(",") if name not in PEERS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no peer is called {', '.join(unknown)}: there are {', '.join(PEERS)}")
    return [PEERS[name]() for name in dict.fromkeys(names.split(","))]


def need_node(peers: Sequence[Contender]) -> bool:
    """Whether Node.js runs one of them."""
    return any(peer.command[0] == str(NODE) for peer in peers)


async def let_in(connection: asyncpg.Connection) -> None:
    """Give the database their views and functions."""
    await connection.execute(VIEWS_AND_FUNCTIONS)
