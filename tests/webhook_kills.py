"""`make webhooks`: workers that send webhooks are killed with -9, again and again; the receiver must miss nothing.

Two workers send side by side while events are recorded. Each time one of them is killed in the middle of what it does,
and started again. Afterwards what the receiver heard is held against the feed: missing is what never came, out of order
what came before an earlier event of its subject; what came twice came under the same id, and the receiver knew it.
"""

import asyncio
import os
import random
import sys
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import orjson

from community.kernel.ids import new_id
from community.webhooks.secrets import digest, secret_of
from tests.databases import databases
from tests.deadlines import eventually
from tests.receiver import Receiver, receiving
from tests.servers import ServerProcess

ENVIRONMENT = {"HOURGLASS_WEBHOOK_LOOPBACK": "yes", "HOURGLASS_WEBHOOK_TIMEOUT_SECONDS": "5"}
"""The receiver is on this machine; what a killed worker was sending is taken over after ten seconds.

A receiver that stands still for a moment is not taken for one that failed: that one is left alone for minutes.
"""

SUBJECTS = 20
"""Among so many subjects the events are spread, so that many wait for an earlier one of theirs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a run."""

    kills: int
    events: int
    missing: int
    duplicates: int
    out_of_order: int
    forged: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.kills} kill -9 in {self.seconds:.0f} s, {self.events:,} events: missing={self.missing}"
            f" out_of_order={self.out_of_order} forged={self.forged} duplicates={self.duplicates} (known by their ids)"
        )


async def ordeal(database_url: str, *, kills: int, events_per_kill: int, seed: int = 7) -> Outcome:
    """Kill one of two workers `kills` times, then compare what was heard with the feed."""
    began, chance = time.monotonic(), random.Random(seed)
    subjects = [uuid4() for _ in range(SUBJECTS)]
    workers = [ServerProcess(database_url, environment=ENVIRONMENT) for _ in range(2)]
    await asyncio.gather(*(worker.start() for worker in workers))
    books = await asyncpg.connect(database_url)
    async with receiving(Receiver(pause_seconds=0.005)) as receiver:
        receiver.secret = await endpoint_at(receiver.url, books)
        for kill in range(kills):
            heard = len(receiver.heard)
            await record(events_per_kill, subjects, books)
            await _hears(receiver, heard + events_per_kill // 3)
            # At any moment of an attempt, not only when one was just answered.
            await asyncio.sleep(chance.random() * 0.02)
            await workers[kill % 2].kill()
            await record(events_per_kill, subjects, books)
            # The other one goes on meanwhile, and after the last kill alone.
            if kill < kills - 1:
                await workers[kill % 2].start()
        await _hears(receiver, 2 * events_per_kill * kills)
        await asyncio.gather(*(worker.stop() for worker in workers))
    told = {str(row["id"]) for row in await books.fetch("select id from outbox_fact where type = 'post.removed'")}
    await books.close()
    return Outcome(
        kills=kills,
        events=len(told),
        missing=len(told - set(receiver.heard)),
        duplicates=receiver.duplicates,
        out_of_order=sum(places != sorted(places) for places in receiver.sequences.values()),
        forged=receiver.forged + len(set(receiver.heard) - told),
        seconds=time.monotonic() - began,
    )


async def _hears(receiver: Receiver, count: int) -> None:
    """Wait until so many events were heard; what does not come in time is counted as missing afterwards."""

    async def has_heard() -> bool:
        return len(receiver.heard) >= count

    try:
        await eventually(has_heard, within=90)
    except AssertionError:
        return


async def endpoint_at(url: str, books: asyncpg.Connection) -> str:
    """An endpoint of the house, as if staff had made it; and its secret."""
    endpoint_id = new_id()
    secret = secret_of(endpoint_id, 1)
    await books.execute(
        "insert into webhooks_endpoint (id, owner_kind, url, description, event_types, api_version, generation,"
        " secret_digest, position, failures, created_at)"
        " values ($1, 'house', $2, '', '{post.removed}', 1, 1, $3, 0, 0, now())",
        endpoint_id,
        url,
        digest(secret),
    )
    return secret


async def record(count: int, subjects: list[UUID], books: asyncpg.Connection) -> None:
    """Events, as a verb records them: without a place in the feed, which the workers give them."""
    posts = [subjects[number % len(subjects)] for number in range(count)]
    payloads = [
        {"post_id": str(post), "author_id": str(uuid4()), "removed_by": str(uuid4()), "hashtag_ids": []}
        for post in posts
    ]
    await books.execute(
        "insert into outbox_fact (id, arrival, type, version, subject_id, ordering_key, payload, recorded_at)"
        " select id, nextval('outbox_arrival'), 'post.removed', 1, post, post::text, payload::jsonb, now()"
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as fact(id, post, payload)",
        [new_id() for _ in posts],
        posts,
        [orjson.dumps(payload).decode() for payload in payloads],
    )


async def main() -> int:
    """Run the long version and print its figures."""
    name = f"hourglass_webhooks_{os.getpid()}"
    async with databases() as run:
        outcome = await ordeal(await run.copy(name), kills=50, events_per_kill=100)
        await run.drop(name)
    print(outcome)
    return 0 if outcome.missing == outcome.out_of_order == outcome.forged == 0 else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
