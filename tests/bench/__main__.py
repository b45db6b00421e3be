"""`make bench`: our server against our own endpoint without GraphQL, and against graphql-core, on the same data.

`python -m tests.bench --members 100000 --posts 1000000 --reactions 5000000 --ledger-rows 5000000` for the full size.
Rounds are interleaved; every answer is looked at; the table gives medians, spreads and ratios of this run alone.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from community.access import tokens
from community.access.policy import Role
from community.kernel import clock, ids
from tests.bench.requests import REQUESTS, VIEWER, Request
from tests.bench.world import Size, fill, member_id
from tests.bench.wrk import NEW, Load, NoWrk, WrongAnswer, load
from tests.databases import databases
from tests.deadlines import eventually
from tests.servers import ROOT, free_port

CALLERS = 4_000
"""So many members ask in turn that the allowance of none of them runs out."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else 140)


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that answers the same requests."""

    name: str
    url: str
    speaks_graphql: bool

    def path(self, request: Request) -> str:
        """Where the request goes."""
        return "/graphql" if self.speaks_graphql else request.path

    def body(self, request: Request) -> str:
        """What is sent; variables that are new each time have a place in it."""
        variables = {name: f"A post #旅行 #美食 {NEW}" if name == "text" else NEW for name in request.variables}
        sent = {"query": request.document, "variables": variables} if self.speaks_graphql else variables
        return orjson.dumps(sent).decode()


async def main() -> int:
    """Measure and print."""
    asked = arguments()
    size = Size(members=asked.members, posts=asked.posts, reactions=asked.reactions, ledger_rows=asked.ledger_rows)
    async with databases() as run, AsyncExitStack() as stack:
        name = f"hourglass_bench_{os.getpid()}"
        url = await run.copy(name)
        stack.push_async_callback(run.drop, name)
        await prepare(url, size)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hourglass-bench-")))
        callers = folder / "tokens"
        callers.write_text("\n".join(token_of(number) for number in range(min(CALLERS, size.members))))
        contenders = [await stack.enter_async_context(contender(name, url, *how)) for name, how in CONTENDERS.items()]
        await compare(contenders)
        found = await measure(contenders, callers, rounds=asked.rounds, seconds=asked.seconds)
    show(found, size)
    return 0


CONTENDERS: dict[str, tuple[list[str], dict[str, str], bool]] = {
    "Hourglass": (["-m", "api", "serve"], {}, True),
    "Hourglass on graphql-core": (["-m", "api", "serve"], {"HOURGLASS_EXECUTOR": "reference"}, True),
    "endpoint without GraphQL": (["-m", "tests.bench.endpoint"], {}, False),
}


def arguments() -> argparse.Namespace:
    """How much data, how many rounds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    for name, default in (("members", 20_000), ("posts", 100_000), ("reactions", 500_000), ("ledger-rows", 400_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    return parser.parse_args()


async def prepare(database_url: str, size: Size) -> None:
    """Fill the database, with a bar for each kind of row."""
    connection = await asyncpg.connect(database_url)
    columns = (TextColumn("{task.description:>22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, count: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=count)
            bars.update(tasks[what], completed=done)

        await fill(connection, size, progress)
    await connection.close()


def token_of(number: int) -> str:
    """An access token that outlives the run."""
    ends = clock.now() + timedelta(hours=6)
    access = tokens.Access(member_id(number), ids.new_id(), frozenset({Role.MEMBER}), ends)
    return tokens.sign(access)


@asynccontextmanager
async def contender(
    name: str, database_url: str, command: list[str], environment: dict[str, str], speaks_graphql: bool
) -> AsyncIterator[Contender]:
    """A server that runs until the block ends, on the first core."""
    port = free_port()
    pinned = ["taskset", "-c", "0"] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []
    process = await asyncio.create_subprocess_exec(
        *(*pinned, sys.executable, *command),
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "PORT": str(port),
            "HOURGLASS_LOG_LEVEL": "error",
            **environment,
        },
    )
    try:
        url = f"http://127.0.0.1:{port}"
        await eventually(lambda: is_open(port))
        yield Contender(name, url, speaks_graphql)
    finally:
        process.terminate()
        await process.wait()


async def is_open(port: int) -> bool:
    """Whether somebody listens."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def compare(contenders: Sequence[Contender]) -> None:
    """Fail unless all answer the reads alike, as members with and without reactions."""
    async with aiohttp.ClientSession() as http:
        for request in REQUESTS:
            for number in () if request.is_write else (0, 7, 1234):
                answers = [await ask(http, each, request, token_of(number)) for each in contenders]
                for each, answer in zip(contenders, answers, strict=True):
                    if answer != answers[0]:
                        raise WrongAnswer(f"{request.name}: {each.name} answers otherwise: {answer} {answers[0]}")


async def ask(http: aiohttp.ClientSession, contender: Contender, request: Request, token: str) -> dict[str, Any]:
    """The data."""
    async with http.post(
        contender.url + contender.path(request),
        data=contender.body(request),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    ) as response:
        return request.data_of(await response.json(content_type=None))


Found = dict[tuple[str, str], list[Load]]


async def measure(contenders: Sequence[Contender], callers: Path, *, rounds: int, seconds: float) -> Found:
    """Rounds of every request at every contender, by turns; a first one that does not count."""
    found: Found = {}
    for turn in range(rounds + 1):
        for request in REQUESTS:
            for each in contenders:
                came_to = await load(
                    each.url,
                    each.path(request),
                    each.body(request),
                    right='"viewer":{' if request is VIEWER else '"nodes":[{' if not request.is_write else '"earned":[',
                    tokens=callers,
                    seconds=seconds,
                )
                if turn:
                    found.setdefault((each.name, request.name), []).append(came_to)
        out.print(f"round {turn} of {rounds}" if turn else "warm", style="dim")
    return found


def show(found: Found, size: Size) -> None:
    """One table: requests a second (median, spread), latency, and the ratio to the endpoint of the same round."""
    table = Table(
        title=f"{size.members:,} members, {size.posts:,} posts, {size.reactions:,} reactions,"
        f" {size.ledger_rows:,} ledger rows; load average {os.getloadavg()[0]:.1f}"
    )
    for column in ("", "server", "requests/s", "spread", "p50 ms", "p99 ms", *(f"against {n}" for n in OTHERS)):
        table.add_column(column, justify="left" if column in ("", "server") else "right")
    for (server, request), loads in sorted(found.items(), key=lambda item: item[0][1]):
        rates = [each.requests_per_second for each in loads]
        ratios = [
            statistics.median(
                mine.requests_per_second / theirs.requests_per_second
                for mine, theirs in zip(loads, found[other, request], strict=True)
            )
            for other in OTHERS
        ]
        table.add_row(
            request,
            server,
            f"{statistics.median(rates):,.0f}",
            f"{min(rates):,.0f}–{max(rates):,.0f}",
            f"{statistics.median(each.p50_ms for each in loads):.1f}",
            f"{statistics.median(each.p99_ms for each in loads):.1f}",
            *(f"{ratio:.2f}" for ratio in ratios),
        )
    out.print(table)


OTHERS = ("Hourglass on graphql-core", "endpoint without GraphQL")

if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except (NoWrk, WrongAnswer) as reason:
        out.print(str(reason), style="red", markup=False)
        sys.exit(1)
