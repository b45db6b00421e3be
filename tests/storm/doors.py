"""Clients of a real server who close their connection in the middle of a request, over HTTP and over WebSocket."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg

from tests.deadlines import eventually
from tests.servers import Client, serving
from tests.storm.weather import sessions

SIGN_UP = """
mutation ($handle: String!, $email: String!) {
  signUp(input: { email: $email, password: "a long enough one", handle: $handle, displayName: "Storm" }) {
    ... on SignUpPayload { tokens { accessToken } }
    ... on Problem { message }
  }
}
"""
WRITE = """
mutation ($body: String!) {
  writePost(input: { body: $body }) { ... on WritePostPayload { post { id } } ... on Problem { message } }
}
"""
READ = "{ posts(first: 20) { edges { node { id body author { handle } } } } }"
LISTEN = "subscription { postWritten { id body author { handle } } }"

AFTERWARDS = 60
"""How many reads at once must be answered when the storm is over: three times the pool."""


@dataclass(slots=True)
class Report:
    """What clients did and were told, and what is in the database."""

    hang_ups: int = 0
    dropped_sockets: int = 0
    acknowledged: set[str] = field(default_factory=set)
    lost: int = 0
    doubled: int = 0
    half_written: int = 0
    finished_alone: int = 0
    sessions: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether every promise was kept."""
        return self.lost == self.doubled == self.half_written == 0 and set(self.sessions) == {"idle"}

    def __str__(self) -> str:
        return (
            f"doors: {self.hang_ups:,} requests and {self.dropped_sockets:,} sockets dropped in {self.seconds:.0f} s | "
            f"{len(self.acknowledged):,} acknowledged, {self.finished_alone:,} finished alone | {self.lost} lost, "
            f"{self.doubled} doubled, {self.half_written} half-written | {AFTERWARDS} reads at once answered; "
            f"sessions {self.sessions}"
        )


async def slam(database_url: str, *, clients: int, hang_ups: int, sockets: int) -> Report:
    """Run a server on the database, let clients drop so many requests and sockets, and compare."""
    report = Report()
    start = time.monotonic()
    outsider = await asyncpg.connect(database_url)
    async with serving(database_url) as server:
        async with aiohttp.ClientSession() as http:
            members = [await _member(http, server.url, number) for number in range(clients)]
            writers = [_write(member, number, report, hang_ups) for number, member in enumerate(members)]
            listeners = [_listen(member, report, sockets) for member in members[::3]]
            await asyncio.gather(*writers, *listeners)
            await eventually(lambda: _is_calm(outsider), within=30)
            await asyncio.gather(*(_read(members[number % clients]) for number in range(AFTERWARDS)))
        report.sessions = await sessions(outsider)
    await _compare(outsider, report)
    await outsider.close()
    report.seconds = time.monotonic() - start
    return report


async def _member(http: aiohttp.ClientSession, url: str, number: int) -> Client:
    client = Client(http, url)
    answer = await client.data(SIGN_UP, handle=f"storm{number}", email=f"storm{number}@example.com")
    client.token = answer["signUp"]["tokens"]["accessToken"]
    return client


async def _write(member: Client, number: int, report: Report, hang_ups: int) -> None:
    usual_seconds = 0.05
    written = 0
    while report.hang_ups < hang_ups:
        written += 1
        key = f"storm{number}-{written}"
        start = time.monotonic()
        try:
            async with asyncio.timeout(random.uniform(0, 2 * usual_seconds)):
                answer = await _ask(member, WRITE, body=f"{key} #颱風{key.replace('-', '_')}")
        except TimeoutError:
            report.hang_ups += 1
            usual_seconds *= 1.05
            continue
        assert "post" in answer["writePost"], answer
        report.acknowledged.add(key)
        usual_seconds += 0.3 * (time.monotonic() - start - usual_seconds)


async def _listen(member: Client, report: Report, sockets: int) -> None:
    while report.dropped_sockets < sockets:
        # Closing the session closes the connection at once, without a word of WebSocket.
        async with aiohttp.ClientSession() as http:
            await Client(http, member.url, member.token).subscribe(random.choice([LISTEN, READ]))
            await asyncio.sleep(random.uniform(0, 0.05))
        report.dropped_sockets += 1


async def _read(member: Client) -> None:
    async with asyncio.timeout(30):
        await _ask(member, READ)


async def _ask(member: Client, document: str, **variables: str) -> dict[str, Any]:
    """The data; whoever has used up the allowance comes back when told to, as an app does."""
    while "errors" in (answer := await member.post(document, **variables)):
        assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED", answer
        await asyncio.sleep(answer["errors"][0]["extensions"]["retryAfter"])
    data: dict[str, Any] = answer["data"]
    return data


async def _is_calm(outsider: asyncpg.Connection) -> bool:
    return set(await sessions(outsider)) == {"idle"}


async def _compare(outsider: asyncpg.Connection, report: Report) -> None:
    kept: dict[str, int] = {}
    for row in await outsider.fetch("SELECT split_part(source, ' ', 1) AS key FROM posts_post"):
        kept[row["key"]] = kept.get(row["key"], 0) + 1
    report.lost = len(report.acknowledged - kept.keys())
    report.doubled = sum(times > 1 for times in kept.values())
    report.finished_alone = len(kept.keys() - report.acknowledged)
    report.half_written = await outsider.fetchval(
        "SELECT count(*) FROM posts_post p WHERE"
        " (SELECT count(*) FROM outbox_fact f WHERE f.subject_id = p.id AND f.type = 'post.written') <> 1"
        " OR (SELECT count(*) FROM posts_tagging t WHERE t.post_id = p.id) <> 1"
    )
