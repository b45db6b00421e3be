"""`make kill`: the server is killed with -9 under load, again and again; what it acknowledged must be there, once.

Members write posts, comment and react, and keep a journal of each answer they got. When an answer does not come they
send the same request again, with its idempotency key, until one does: that is what an app does. Afterwards the journal
is held against the database: lost is what was acknowledged and is not there, doubled what is there twice for one
request, halved what has not its fact, its hashtag, its points or its place in a count. Then the same is
done to the database.
"""

import asyncio
import os
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.databases import databases
from tests.servers import ServerProcess
from tests.stories.books import Books
from tests.stories.crowd import crowd
from tests.stories.outages import Outages, outages

SIGNED_IN_FOR_LONG = {"HOURGLASS_ACCESS_TOKEN_MINUTES": "60"}
"""Nobody signs in again, however long it takes on a busy machine."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a run."""

    kills: int
    repeated: int
    books: Books
    slowest_start_seconds: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.kills} kill -9 in {self.seconds:.0f} s, {self.books}; {self.repeated:,} requests repeated;"
            f" ready again after at most {self.slowest_start_seconds:.1f} s"
        )


async def ordeal(database_url: str, *, kills: int, acknowledged_per_kill: int, seed: int = 7) -> Outcome:
    """Kill a loaded server `kills` times, then compare what it said with what it kept."""
    began = time.monotonic()
    chance = random.Random(seed)
    server = ServerProcess(database_url, environment=SIGNED_IN_FOR_LONG)
    await server.start()
    slowest = 0.0
    async with crowd(server.url) as members:
        for _ in range(kills):
            await members.journal.grows_by(acknowledged_per_kill)
            # At any moment of a request, not only when one was just answered.
            await asyncio.sleep(chance.random() * 0.02)
            await server.kill()
            slowest = max(slowest, await server.start())
        await members.journal.grows_by(acknowledged_per_kill)
    await server.stop()
    books = await Books.of(members.journal, database_url)
    return Outcome(kills, members.repeated, books, slowest, time.monotonic() - began)


async def main() -> int:
    """Run the long version and print its figures."""
    name = f"hourglass_kill_{os.getpid()}"
    async with databases() as run:
        killed = await ordeal(await run.copy(name), kills=20, acknowledged_per_kill=500)
        await run.drop(name)
    show(killed, killed.books)
    with TemporaryDirectory(prefix="hourglass-") as home:
        os.chmod(home, 0o711)
        stopped = await outages(Path(home), times=5, acknowledged_per_stop=300)
    show(stopped, stopped.books)
    return 0 if killed.books.balance and stopped.is_clean and stopped.is_quick else 1


def show(outcome: Outcome | Outages, books: Books) -> None:
    """The figures, and what was halved."""
    print(outcome, flush=True)
    for what, found in books.halved.items():
        print(f"  {found} {what}")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
