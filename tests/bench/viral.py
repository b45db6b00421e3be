"""`python -m tests.bench.viral`: reactions a second on one post, against reactions on posts far apart.

Many members react at once through a real server, with a worker beside it that pays the authors. Rounds are by turns;
every answer has to show the reaction that it answers, and in the end the counts and what the author earned are exact.
"""

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from uuid import UUID

import aiohttp
import asyncpg
import orjson
from rich.table import Table

from community.posts.rules.reactions import Reaction
from schema.nodes import encode_id
from tests.bench.contenders import Contender, running
from tests.bench.earning import let_posts_earn
from tests.bench.requests import OUR_GRAPH
from tests.bench.run import HOURGLASS, filled_database, out, token_of
from tests.bench.world import Size
from tests.bench.wrk import WrongAnswer
from tests.deadlines import eventually
from tests.servers import ROOT

REACT = """
    mutation React($id: ID!, $kind: Reaction!) {
      react(input: { subjectId: $id, kind: $kind }) {
        __typename
        ... on ReactPayload {
          subject { id viewerReactions reactionCounts { kind count } }
          effects { earned { amount } }
        }
      }
    }
"""
KINDS = [kind for kind in Reaction if kind is not Reaction.LIKE]
"""The world is full of likes."""
VIRAL, APART = "one post", "posts far apart"


@dataclass(slots=True)
class Crowd:
    """Members who react, each in every way once, to the posts it is given."""

    name: str
    posts: list[UUID]
    members: int
    done: int = 0
    rates: list[float] = field(default_factory=list)

    def reactions(self) -> Iterator[tuple[int, UUID, Reaction]]:
        """Who reacts to what and how; never the same again."""
        for number in count(self.done):
            self.done = number + 1
            kind = KINDS[number // self.members % len(KINDS)]
            yield number % self.members, self.posts[number * 7919 % len(self.posts)], kind


async def main() -> int:
    """Measure and print."""
    asked = arguments()
    size = Size(members=asked.members, posts=asked.posts, reactions=asked.posts, ledger_rows=asked.members * 2)
    ours = Contender(name="Hourglass", command=HOURGLASS, dialect=OUR_GRAPH)
    async with filled_database(size) as (url, connection):
        await let_posts_earn(connection, size.members)
        posts = [row["id"] for row in await connection.fetch("select id from posts_post order by id")]
        crowds = [Crowd(VIRAL, posts[:1], size.members), Crowd(APART, posts[1:], size.members)]
        tokens = [token_of(number) for number in range(size.members)]
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "api", "worker", cwd=ROOT, env=os.environ | {"DATABASE_URL": url}
        )
        try:
            async with running(ours, url) as server:
                for turn in range(asked.rounds + 1):
                    for crowd in crowds if turn % 2 else reversed(crowds):
                        rate = await react(f"{server.url}/graphql", crowd, tokens, asked.writers, asked.seconds)
                        if turn:
                            crowd.rates.append(rate)
                began = perf_counter()
                await eventually(lambda: all_paid(connection), within=600)
                paid_after = perf_counter() - began
        finally:
            worker.terminate()
            await worker.wait()
        await require_exact_counts(connection, crowds)
    show(crowds, asked, paid_after)
    return 0


def arguments() -> argparse.Namespace:
    """How many react, how long."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.viral", description=__doc__)
    for name, default in (("members", 10_000), ("posts", 10_000), ("writers", 32), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=5.0)
    return parser.parse_args()


async def react(url: str, crowd: Crowd, tokens: list[str], writers: int, seconds: float) -> float:
    """Let so many react at once, for so long; reactions a second. Raises WrongAnswer."""
    reactions, ends, before = crowd.reactions(), perf_counter() + seconds, crowd.done
    async with aiohttp.ClientSession() as http:

        async def write() -> None:
            while perf_counter() < ends:
                member, post_id, kind = next(reactions)
                await _react(http, url, tokens[member], post_id, kind)

        began = perf_counter()
        await asyncio.gather(*(write() for _ in range(writers)))
        return (crowd.done - before) / (perf_counter() - began)


async def _react(http: aiohttp.ClientSession, url: str, token: str, post_id: UUID, kind: Reaction) -> None:
    variables = {"id": encode_id("Post", post_id), "kind": kind.name}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = orjson.dumps({"query": REACT, "variables": variables})
    async with http.post(url, data=body, headers=headers) as response:
        answer = await response.json(content_type=None)
    subject = (answer.get("data") or {}).get("react", {}).get("subject", {})
    if kind.name not in subject.get("viewerReactions", ()):
        raise WrongAnswer(f"a reaction is not there for whoever reacted: {answer}")
    if not any(each["kind"] == kind.name and each["count"] for each in subject["reactionCounts"]):
        raise WrongAnswer(f"a reaction is not counted: {answer}")


async def all_paid(connection: asyncpg.Connection) -> bool:
    """Whether authors have got what they earn by everything so far."""
    return not await connection.fetchval(
        "select exists (select from outbox_fact where sequence is null)"
        " or exists (select from pgqueuer where entrypoint = 'hear:posts.reward_author')"
    )


async def require_exact_counts(connection: asyncpg.Connection, crowds: list[Crowd]) -> None:
    """Raise WrongAnswer unless every reaction is kept, counted and announced, once."""
    acknowledged = sum(crowd.done for crowd in crowds)
    kept = await connection.fetchval("select count(*) from posts_reaction where reacted_at > now() - interval '1 day'")
    announced = await connection.fetchval("select count(*) from outbox_fact where type = 'reaction.added'")
    wrong = await connection.fetch(_WRONG)
    if wrong or not acknowledged == kept == announced:
        raise WrongAnswer(f"{acknowledged} acknowledged, {kept} kept, {announced} announced; counted wrongly: {wrong}")


_WRONG = """
    select subject_id, kind, kept.value, coalesce(counted.value, 0) as counted
    from (select subject_id, kind, count(*) as value from posts_reaction group by 1, 2) kept
    full join (
        select subject_id, measure as kind, sum(value) as value from (
            select subject_id, measure, value from posts_tally union all
            select subject_id, measure, delta from posts_tally_delta
        ) each group by 1, 2
    ) counted using (subject_id, kind)
    where kept.value is distinct from counted.value limit 5
"""


def show(crowds: list[Crowd], asked: argparse.Namespace, paid_after: float) -> None:
    """One table: reactions a second (median, spread), and the ratio of the rounds."""
    table = Table(
        title=f"{asked.writers} writers, {asked.rounds} rounds of {asked.seconds:g} s;"
        f" all authors paid {paid_after:.1f} s after the last; load average {os.getloadavg()[0]:.1f}"
    )
    for column in ("reactions on", "a second", "spread", "all"):
        table.add_column(column, justify="left" if column == "reactions on" else "right")
    for crowd in crowds:
        spread = f"{min(crowd.rates):,.0f}–{max(crowd.rates):,.0f}"
        table.add_row(crowd.name, f"{statistics.median(crowd.rates):,.0f}", spread, f"{crowd.done:,}")
    ratios = [viral / apart for viral, apart in zip(*(crowd.rates for crowd in crowds), strict=True)]
    out.print(table)
    out.print(
        f"one post against posts far apart: {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
    )


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except WrongAnswer as reason:
        out.print(str(reason), style="red", markup=False)
        sys.exit(1)
