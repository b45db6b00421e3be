"""Rounds: every server is asked every request, by turns, and answers like the others before and after."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from uuid import uuid4

import aiohttp
import asyncpg
from rich.table import Table

from tests.bench import processes
from tests.bench.contenders import Running
from tests.bench.requests import Request
from tests.bench.wrk import Load, WrongAnswer, load

ASKED = (0, 7, 1234)
"""The numbers of the members as whom answers are compared, with and without reactions."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One server, one request, one round; and how much CPU each request took, where the kernel tells."""

    load: Load
    server_ms: float | None
    database_ms: float | None


Found = dict[tuple[str, Request], list[Measured]]


async def compare(servers: Sequence[Running], token_of: Callable[[int], str]) -> None:
    """Raise WrongAnswer unless all answer alike, writes included, except for what is new."""
    async with aiohttp.ClientSession() as http:
        for request in Request:
            for number in ASKED:
                new = uuid4().hex
                first, *others = [(each, await each.data(http, request, token_of(number), new)) for each in servers]
                for server, data in others:
                    if _comparable(request, data) != _comparable(request, first[1]):
                        raise WrongAnswer(f"{request}: {server.name}: {data}\n{first[0].name}: {first[1]}")


def _comparable(request: Request, data: dict[str, object]) -> object:
    """Without the id of a new post; each server wrote one of its own."""
    if request is not Request.WRITE:
        return data
    ((name, written),) = data.items()
    assert isinstance(written, dict)
    return {name: {**written, "post": {**written["post"], "id": bool(written["post"]["id"])}}}


async def measure(
    servers: Sequence[Running],
    *,
    callers: Path,
    rounds: int,
    seconds: int,
    database: asyncpg.Connection,
    tell: Callable[[str], None],
) -> Found:
    """Rounds of every request at every server, by turns; a first one that does not count."""
    found: Found = {}
    postmaster = await _postmaster(database)
    for turn in range(rounds + 1):
        for request in Request:
            for server in servers:
                tell(f"{f'round {turn} of {rounds}' if turn else 'warming up'}: {request}, {server.name}")
                measured = await _round(server, request, callers, seconds, postmaster)
                if turn:
                    found.setdefault((server.name, request), []).append(measured)
    return found


async def _round(server: Running, request: Request, callers: Path, seconds: int, postmaster: int | None) -> Measured:
    asking = server.asking(request)
    before = _spent(server.pid, postmaster)
    came_to = await load(
        server.url,
        asking.path,
        asking.body,
        right=asking.right,
        times=asking.times,
        tokens=callers,
        seconds=seconds,
    )
    each = [
        None if then is None or now is None else (now - then) / came_to.requests * 1000
        for then, now in zip(before, _spent(server.pid, postmaster), strict=True)
    ]
    return Measured(came_to, *each)


def _spent(server: int, postmaster: int | None) -> tuple[float | None, float | None]:
    return processes.seconds_of(server), processes.seconds_of_family(postmaster) if postmaster else None


async def _postmaster(database: asyncpg.Connection) -> int | None:
    """PostgreSQL's first process, if the server is on this machine."""
    backend: int = await database.fetchval("select pg_backend_pid()")
    is_here = await database.fetchval("select inet_server_addr() is null")
    return processes.parent_of(backend) if is_here else None


def table(found: Found, title: str) -> Table:
    """Medians and spreads; and what the first server comes to beside each: ratios of requests, and of CPU a request."""
    shown = Table(title=title)
    servers = list(dict.fromkeys(server for server, _ in found))
    columns = ["", "server", "requests/s", "spread", "p50 ms", "p99 ms", "CPU ms", "PostgreSQL ms"]
    for column in columns + [f"{servers[0]} / it, {what}" for what in ("requests", "CPU")]:
        shown.add_column(column, justify="left" if column in ("", "server") else "right")
    for request, server in product(dict.fromkeys(request for _, request in found), servers):
        rounds = found[server, request]
        rates = [each.load.requests_per_second for each in rounds]
        shown.add_row(
            request,
            server,
            _median(rates, ",.0f"),
            f"{min(rates):,.0f}–{max(rates):,.0f}",
            _median([each.load.p50_ms for each in rounds], ".1f"),
            _median([each.load.p99_ms for each in rounds], ".1f"),
            _median([each.server_ms for each in rounds], ".2f"),
            _median([each.database_ms for each in rounds], ".2f"),
            *(_median(ratios, ".2f") for ratios in _ratios(found[servers[0], request], rounds)),
            end_section=server == servers[-1],
        )
    return shown


def _ratios(mine: Sequence[Measured], theirs: Sequence[Measured]) -> tuple[list[float | None], list[float | None]]:
    """How many requests a server answered for each of another's, and how much CPU each took it, round by round."""
    rounds = list(zip(mine, theirs, strict=True))
    rates = [m.load.requests_per_second / t.load.requests_per_second for m, t in rounds]
    return [*rates], [m.server_ms / t.server_ms if m.server_ms and t.server_ms else None for m, t in rounds]


def _median(values: Sequence[float | None], how: str) -> str:
    known = [value for value in values if value is not None]
    return format(statistics.median(known), how) if known else "–"
