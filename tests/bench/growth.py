"""`python -m tests.bench.growth`: how long the hot operations take while the database grows a thousandfold.

A server for each size, all at the same time; one request after the other, the sizes by turns, so that whatever else the
machine does meets all of them alike. `--posts 10000 100000 1000000 10000000` for the whole way: 40 GB, half an hour.
"""

import argparse
import asyncio
import os
import random
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import orjson
from rich.table import Table

from community import database
from community.access.policy import Actor, Kind, Role
from community.kernel.pages import encode_cursor
from community.settings import settings
from schema.nodes import encode_id
from tests.bench.contenders import Contender, running
from tests.bench.earning import let_posts_earn
from tests.bench.requests import OUR_GRAPH, Request
from tests.bench.run import HOURGLASS, fill_with_bars, out, token_of
from tests.bench.world import REACTOR, TAGS, THREAD, Size, member_id, post_id
from tests.bench.wrk import WrongAnswer
from tests.databases import Databases, databases
from tests.graph import ask

DOCUMENTS = Path(__file__).parents[1] / "operations"
BYTES_A_POST = 4_000
"""What a post takes with all that belongs to it, indexes included."""

GOAL, REACTOR_GOAL = 1.5, 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is asked, as whom, with which variables for a database of this many posts and members."""

    name: str
    document: str
    variables: Callable[[Size], Mapping[str, Any]] = lambda _: {}
    asker: Callable[[Size], int] = lambda size: random.randrange(size.members)


@dataclass(slots=True)
class Grown:
    """A database of one size with its server, and how long each operation took there, in milliseconds."""

    size: Size
    url: str
    server: str = ""
    took: dict[str, list[float]] = field(default_factory=dict)
    plans: dict[str, list[Counter[str]]] = field(default_factory=dict)

    def percentile(self, operation: str, percent: int) -> float:
        """So many of a hundred were not slower."""
        return statistics.quantiles(self.took[operation], n=100, method="inclusive")[percent - 1]


async def main() -> int:
    """Measure and print; 1 if a goal was missed."""
    asked = arguments()
    sizes = [size_of(posts) for posts in sorted(asked.posts)]
    needed, free = sum(each.posts for each in sizes) * BYTES_A_POST, shutil.disk_usage(tempfile.gettempdir()).free
    if needed > free:
        out.print(f"This takes about {needed >> 30} GB of disk in {tempfile.gettempdir()}; {free >> 30} GB are free.")
        return 1
    async with databases() as run, AsyncExitStack() as stack:
        grown = [await grow(run, size, stack) for size in sizes]
        for each in grown:
            await explain(each)
        for each in grown:
            ours = Contender(name="Hourglass", command=HOURGLASS, dialect=OUR_GRAPH)
            each.server = (await stack.enter_async_context(running(ours, each.url))).url
        await measure(grown, asked.requests)
    return show(grown, asked.requests)


def arguments() -> argparse.Namespace:
    """How large, how often."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description=__doc__)
    parser.add_argument("--posts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--requests", type=int, default=400, help="of each operation at each size")
    return parser.parse_args()


def size_of(posts: int) -> Size:
    """All that belongs to so many posts. Members are twenty times fewer, and one has reacted to very much."""
    return Size(
        members=max(1_000, posts // 20),
        posts=posts,
        reactions=2 * posts,
        ledger_rows=posts,
        comments=posts,
        follows_each=20,
        grants=posts // 10,
        reactions_of_one=min(200_000, posts // 2),
    )


async def grow(run: Databases, size: Size, stack: AsyncExitStack) -> Grown:
    """A database of this size until the stack unwinds."""
    name = f"hourglass_growth_{os.getpid()}_{size.posts}"
    url = await run.copy(name)
    stack.push_async_callback(run.drop, name)
    connection = await asyncpg.connect(url)
    try:
        began = perf_counter()
        await fill_with_bars(connection, size)
        await let_posts_earn(connection, size.members)
        stored = await connection.fetchval("select pg_size_pretty(pg_database_size(current_database()))")
    finally:
        await connection.close()
    out.print(f"{size.posts:,} posts: {stored} in {perf_counter() - began:.0f} s", style="dim")
    return Grown(size, url)


def _document(name: str) -> str:
    return (DOCUMENTS / f"{name}.graphql").read_text()


def _somewhere(size: Size) -> str:
    return encode_cursor((post_id(random.randrange(size.posts // 100, size.posts)),))


def _with_a_thread(size: Size) -> str:
    every = max(1, THREAD * size.posts // size.comments)
    return encode_id("Post", post_id(random.randrange(size.posts // every) * every))


FEED = """
    query Feed($after: String) {
      posts(first: 20, after: $after) {
        nodes {
          id body writtenAt author { id handle displayName tier { key } } hashtags { name }
          reactionCounts { kind count } viewerHasReacted
        }
        pageInfo { hasNextPage endCursor }
      }
    }
"""
REACTORS_FEED = "feed, of who reacted to most"
OPERATIONS = (
    Operation(name="viewer", document=orjson.loads(OUR_GRAPH[Request.VIEWER].body)["query"]),
    Operation(name="home", document=_document("app/home_feed")),
    Operation(name="feed, anywhere", document=FEED, variables=lambda size: {"after": _somewhere(size)}),
    Operation(
        name=REACTORS_FEED, document=FEED, variables=lambda size: {"after": _somewhere(size)}, asker=lambda _: REACTOR
    ),
    Operation(
        name="post with its thread",
        document=_document("app/post_screen"),
        variables=lambda size: {"postId": _with_a_thread(size)},
    ),
    Operation(
        name="hashtag page",
        document=_document("portal/hashtag_page"),
        variables=lambda size: {"tag": random.choice(TAGS), "after": _somewhere(size)},
    ),
    Operation(
        name="member page",
        document=_document("portal/member_page"),
        variables=lambda size: _member(random.randrange(size.members)),
    ),
    Operation(name="leaderboard", document=_document("portal/leaderboard")),
    Operation(
        name="write a post",
        document=orjson.loads(OUR_GRAPH[Request.WRITE].body)["query"],
        variables=lambda _: {"text": f"A post #旅行 #美食 {uuid4().hex}", "key": uuid4().hex},
    ),
)


def _member(number: int) -> dict[str, str]:
    return {"handle": f"member{number}", "memberId": encode_id("Member", member_id(number))}


async def measure(grown: Sequence[Grown], requests: int) -> None:
    """Ask every operation everywhere, by turns; the first tenth does not count. Raises WrongAnswer."""
    warm = max(10, requests // 10)
    async with aiohttp.ClientSession() as http:
        with out.status("starting") as status:
            for operation in OPERATIONS:
                status.update(operation.name)
                for number in range(-warm, requests):
                    for each in grown if number % 2 else reversed(grown):
                        took = await _ask(http, each, operation)
                        if number >= 0:
                            each.took.setdefault(operation.name, []).append(took)


async def _ask(http: aiohttp.ClientSession, grown: Grown, operation: Operation) -> float:
    body = orjson.dumps({"query": operation.document, "variables": operation.variables(grown.size)})
    token = token_of(operation.asker(grown.size))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    while True:
        began = perf_counter()
        async with http.post(f"{grown.server}/graphql", data=body, headers=headers) as response:
            answer = await response.read()
        took = (perf_counter() - began) * 1000
        if b"RATE_LIMITED" not in answer:
            break
        # Whoever asks so often has to wait, as anybody.
        await asyncio.sleep(float(response.headers.get("retry-after", 1)))
    if response.status != 200 or b'"errors"' in answer or b'"data":{' not in answer:
        raise WrongAnswer(f"{operation.name} at {grown.size.posts:,} posts: {response.status} {answer[:500]!r}")
    return took


async def explain(grown: Grown) -> None:
    """What PostgreSQL does for each operation here, whatever it is asked for."""
    await database.connect(settings().model_copy(update={"database_url": grown.url}))
    connection = await asyncpg.connect(grown.url, server_settings={"plan_cache_mode": "force_generic_plan"})
    try:
        for operation in OPERATIONS:
            with database.counting_statements() as counted:
                answer = await ask(
                    operation.document, actor=_actor(operation.asker(grown.size)), **operation.variables(grown.size)
                )
            if answer.errors:
                raise WrongAnswer(f"{operation.name}: {answer.errors}")
            grown.plans[operation.name] = [await _plan(connection, sql) for sql in counted.statements]
    finally:
        await connection.close()
        await database.disconnect()


def _actor(number: int) -> Actor:
    return Actor(kind=Kind.MEMBER, member_id=member_id(number), roles=frozenset({Role.MEMBER}))


async def _plan(connection: asyncpg.Connection, sql: str) -> Counter[str]:
    """The steps of a plan that look at tables, each with what it looks at, and how often."""
    await connection.execute(f"prepare asked as {sql}")
    count = await connection.fetchval(
        "select cardinality(parameter_types) from pg_prepared_statements where name = 'asked'"
    )
    nulls = f"({', '.join(['null'] * count)})" if count else ""
    explained = await connection.fetchval(f"explain (format json) execute asked{nulls}")
    await connection.execute("deallocate asked")
    steps: Counter[str] = Counter()
    waiting = [orjson.loads(explained)[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if "Relation Name" in node:
            steps[f"{node['Node Type']} of {node.get('Index Name') or node['Relation Name']}"] += 1
    return steps


def show(grown: Sequence[Grown], requests: int) -> int:
    """One table, and what changed in plans. 0 if the goals are met."""
    table = Table(title=f"ms, {requests} requests each, one at a time; load average {os.getloadavg()[0]:.1f}")
    table.add_column("")
    for each in grown:
        table.add_column(f"p50 / p99 at {each.size.posts:,} posts", justify="right")
    table.add_column("p50 ×", justify="right")
    table.add_column("p99 ×", justify="right")
    smallest, largest = grown[0], grown[-1]
    missed = False
    for operation in OPERATIONS:
        halves, tails = ([each.percentile(operation.name, percent) for each in grown] for percent in (50, 99))
        figures = [f"{half:.1f} / {tail:.1f}" for half, tail in zip(halves, tails, strict=True)]
        missed |= tails[-1] / tails[0] > GOAL
        table.add_row(operation.name, *figures, f"{halves[-1] / halves[0]:.2f}", f"{tails[-1] / tails[0]:.2f}")
    out.print(table)
    heavy = largest.percentile(REACTORS_FEED, 50) / largest.percentile("feed, anywhere", 50)
    reactions = f"{largest.size.reactions_of_one:,}"
    out.print(
        f"the feed of who reacted to {reactions} posts against others': {heavy:.2f} (goal: at most {REACTOR_GOAL})"
    )
    for operation in OPERATIONS:
        for before, after in zip(smallest.plans[operation.name], largest.plans[operation.name], strict=False):
            if before != after:
                out.print(f"{operation.name}: {_told(before - after)} became {_told(after - before)}", style="yellow")
    return int(missed or heavy > REACTOR_GOAL)


def _told(steps: Counter[str]) -> str:
    return ", ".join(sorted(steps)) or "nothing"


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except WrongAnswer as reason:
        out.print(str(reason), style="red", markup=False)
        sys.exit(1)
