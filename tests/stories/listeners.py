"""Those who watch a conversation live: over a WebSocket or over server-sent events."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp

from tests.deadlines import PATIENCE_SECONDS
from tests.servers import Client, ServerProcess

SILENCE_SECONDS = 15.0
"""After so long nothing more is expected."""

LISTEN = "subscription ($post: ID!) { commentWritten(postId: $post) { id } }"


@dataclass
class Listener:
    """What one subscriber has heard: the ids of comments, as often as they came, and when each came first."""

    heard: Counter[str] = field(default_factory=Counter)
    arrivals: dict[str, float] = field(default_factory=dict)
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, comment: str) -> None:
        """A comment arrived."""
        self.heard[comment] += 1
        self.arrivals.setdefault(comment, time.perf_counter())
        self._grown.set()

    async def has_heard(self, count: int) -> None:
        """Wait until that many comments arrived."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.arrivals) < count:
                await self._more()

    async def has_heard_all(self, comments: Collection[str]) -> None:
        """Wait until all of these arrived, or until it has been silent for long."""
        with suppress(TimeoutError):
            while not self.heard.keys() >= set(comments):
                async with asyncio.timeout(SILENCE_SECONDS):
                    await self._more()

    async def _more(self) -> None:
        self._grown.clear()
        await self._grown.wait()

    def missed(self, comments: Collection[str]) -> int:
        """How many of these never came."""
        return len(set(comments) - self.heard.keys())

    def doubled(self, comments: Collection[str]) -> int:
        """How many of these came more than once."""
        return sum(self.heard[comment] > 1 for comment in comments)


@asynccontextmanager
async def over_a_socket(client: Client, post: str) -> AsyncIterator[Listener]:
    """Listens to a post's comments over graphql-transport-ws inside the block."""
    subscription = await client.subscribe(LISTEN, post=post)
    listener = Listener()

    async def listen() -> None:
        while True:
            told = await subscription.next(within=10 * PATIENCE_SECONDS)
            listener.hear(told["commentWritten"]["id"])

    async with _until_left(listen()):
        yield listener
    await subscription.close()


@asynccontextmanager
async def over_events(client: Client, post: str) -> AsyncIterator[Listener]:
    """Listens to a post's comments over server-sent events inside the block."""
    listener = Listener()
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {client.token}"}
    body = {"query": LISTEN, "variables": {"post": post}}
    patience = aiohttp.ClientTimeout(total=None)
    async with client.http.post(client.url, json=body, headers=headers, timeout=patience) as stream:
        assert stream.content_type == "text/event-stream", await stream.text()

        async def listen() -> None:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    listener.hear(json.loads(line[6:])["data"]["commentWritten"]["id"])

        async with _until_left(listen()):
            yield listener


async def listeners_at(server: ServerProcess) -> int:
    """How many live subscriptions a server has. A client is not told when its own has begun."""
    async with aiohttp.ClientSession() as http, http.get(server.url.replace("/graphql", "/metrics")) as answer:
        found = re.search(r"^hourglass_live_subscribers ([\d.]+)$", await answer.text(), re.MULTILINE)
    assert found
    return int(float(found[1]))


@asynccontextmanager
async def _until_left(listening: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Listen beside the block; what goes wrong with listening ends the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(listening)
        yield
        task.cancel()
