"""`make kill`: the server is killed with -9 under load, again and again; what it acknowledged must be there, once.

Clients write posts and keep a journal of each answer they got. When an answer does not come they send the same request
again, with its idempotency key, until one does: that is what an app does. Afterwards the journal is held against the
database: lost is what was acknowledged and is not there, doubled what is there twice for one key, halved a post whose
fact or hashtag is missing.
"""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import asyncpg

from tests.databases import databases
from tests.servers import Client, ServerProcess

SIGN_UP = """
mutation ($email: String!, $handle: String!) {
  signUp(input: { email: $email, password: "a long enough one", handle: $handle, displayName: "Load" }) {
    ... on SignUpPayload { tokens { accessToken } }
    ... on Problem { message }
  }
}
"""
WRITE = """
mutation ($text: String!, $key: String!) {
  writePost(input: { body: $text, idempotencyKey: $key }) {
    ... on WritePostPayload { post { id } }
    ... on Problem { message }
  }
}
"""
CLIENTS = 8
RETRY_SECONDS = 0.1


@dataclass
class Journal:
    """What clients were told: key → the id of the post that was acknowledged."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    retries: int = 0
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def note(self, key: str, post_id: str) -> None:
        """An answer came. The same key must always get the same post."""
        if self.acknowledged.setdefault(key, post_id) != post_id:
            self.changed.append(key)
        async with self.grown:
            self.grown.notify_all()

    async def reached(self, count: int) -> None:
        """Wait until that many posts are acknowledged."""
        async with self.grown:
            await self.grown.wait_for(lambda: len(self.acknowledged) >= count)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a run."""

    kills: int
    acknowledged: int
    retries: int
    lost: int
    doubled: int
    halved: int
    changed: int
    slowest_start_seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled, halved, or answered in two ways."""
        return not (self.lost or self.doubled or self.halved or self.changed)


async def ordeal(database_url: str, *, kills: int, posts_per_kill: int, seed: int = 7) -> Outcome:
    """Kill a loaded server `kills` times, then compare what it said with what it kept."""
    chance = random.Random(seed)
    journal = Journal()
    server = ServerProcess(database_url)
    slowest = await server.start()
    async with aiohttp.ClientSession() as http, _load(http, server.url, journal):
        for kill in range(kills):
            await journal.reached((kill + 1) * posts_per_kill)
            await asyncio.sleep(chance.random() * 0.02)
            await server.kill()
            slowest = max(slowest, await server.start())
    await server.stop()
    return await _compare(database_url, journal, kills, slowest)


@asynccontextmanager
async def _load(http: aiohttp.ClientSession, url: str, journal: Journal) -> AsyncIterator[None]:
    """Clients that write until the block ends, and then finish what they began."""
    stopping = asyncio.Event()
    clients = [asyncio.create_task(_write(http, url, journal, stopping, number)) for number in range(CLIENTS)]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*clients)


async def _write(http: aiohttp.ClientSession, url: str, journal: Journal, stopping: asyncio.Event, number: int) -> None:
    client = Client(http, url)
    handle = f"load{number}"
    answer = await client.data(SIGN_UP, email=f"{handle}@example.com", handle=handle)
    client.token = answer["signUp"]["tokens"]["accessToken"]
    written = 0
    while not stopping.is_set():
        written += 1
        await _write_until_answered(client, journal, f"{handle}-{written}")


async def _write_until_answered(client: Client, journal: Journal, key: str) -> None:
    while True:
        try:
            answer = await client.post(WRITE, text=f"{key} 今天#負載測試{key.replace('-', '_')}", key=key)
            await journal.note(key, answer["data"]["writePost"]["post"]["id"])
            return
        except (aiohttp.ClientError, TimeoutError, TypeError, KeyError, ValueError):
            journal.retries += 1
            await asyncio.sleep(RETRY_SECONDS)


async def _compare(database_url: str, journal: Journal, kills: int, slowest: float) -> Outcome:
    connection = await asyncpg.connect(database_url)
    kept: dict[str, list[str]] = {}
    for row in await connection.fetch("select id, split_part(source, ' ', 1) as key from posts_post"):
        kept.setdefault(row["key"], []).append(str(row["id"]))
    halved = await connection.fetchval(
        "select count(*) from posts_post p where"
        " (select count(*) from outbox_fact f where f.subject_id = p.id and f.type = 'post.written') <> 1"
        " or (select count(*) from posts_tagging t where t.post_id = p.id) <> 1"
    )
    await connection.close()
    return Outcome(
        kills=kills,
        acknowledged=len(journal.acknowledged),
        retries=journal.retries,
        lost=sum(key not in kept for key in journal.acknowledged),
        doubled=sum(len(ids) > 1 for ids in kept.values()),
        halved=halved,
        changed=len(journal.changed),
        slowest_start_seconds=slowest,
    )


async def main() -> int:
    """Run the long version and print its figures."""
    async with databases() as run:
        url = await run.copy(f"hourglass_kill_{os.getpid()}")
        outcome = await ordeal(url, kills=20, posts_per_kill=300)
        await run.drop(f"hourglass_kill_{os.getpid()}")
    print(
        f"{outcome.kills} kill -9, {outcome.acknowledged} posts acknowledged, {outcome.retries} retries:"
        f" {outcome.lost} lost, {outcome.doubled} doubled, {outcome.halved} halved, {outcome.changed} answered in two"
        f" ways; slowest start {outcome.slowest_start_seconds:.1f} s"
    )
    return 0 if outcome.is_clean else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
