"""An example of a receiver of webhooks: how a partner's server hears Hourglass, and misses nothing.

A webhook is a hint, and the feed is the truth. So a receiver

1. verifies the signature over the body exactly as it came, with any library of Standard Webhooks;
2. answers 2xx at once, and works afterwards: whoever takes longer than 15 seconds is told again;
3. knows an event again by its id, which is the same for every attempt, replay and restart;
4. orders events of one `ordering_key` by `sequence`, and ignores what is older than what it has seen of that key;
5. now and then, and after it was away, reads `events(after:)` from where it stood, and so fills every gap.

`webhook-signature` holds two signatures while a secret is being rotated: the libraries accept either.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

Ask = Callable[..., Awaitable[dict[str, Any]]]

FEED = """
    query($after: String, $types: [String!]) {
        events(first: 100, after: $after, types: $types) {
            nodes { id: webhookId type sequence orderingKey }
            pageInfo { hasNextPage endCursor }
        }
    }
"""


@dataclass
class Receiver:
    """What one endpoint has heard. `answers` are the statuses it gives next; after them it gives 204."""

    secret: str = ""
    url: str = ""
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """What goes with the statuses that are no success."""
    pause_seconds: float = 0.0
    """How long it thinks about each."""
    heard: Counter[str] = field(default_factory=Counter)
    """How often each event came, by its id."""
    sequences: dict[str, list[int]] = field(default_factory=dict)
    """The places in the feed of what came, by ordering key, in the order it came for the first time."""
    messages: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    """Headers and body of everything that was verified and taken."""
    forged: int = 0

    async def receive(self, request: web.Request) -> web.Response:
        """Take one webhook."""
        body = await request.text()
        try:
            event = Webhook(self.secret).verify(body, dict(request.headers))
        except WebhookVerificationError:
            self.forged += 1
            return web.Response(status=401)
        if self.answers and (status := self.answers.pop(0)) >= 300:
            return web.Response(status=status, headers=self.headers)
        self.take(event)
        await asyncio.sleep(self.pause_seconds)
        self.messages.append(({name.lower(): value for name, value in request.headers.items()}, event))
        return web.Response(status=204)

    def take(self, event: dict[str, Any]) -> None:
        """Apply an event, once."""
        self.heard[event["id"]] += 1
        if self.heard[event["id"]] == 1 and event["sequence"] is not None:
            self.sequences.setdefault(event["ordering_key"], []).append(event["sequence"])

    async def catch_up(self, ask: Ask, *, after: str | None, types: list[str] | None = None) -> str | None:
        """Read the feed to its end and apply what was missed. Returns the cursor from which to go on next time.

        `ask` posts a document with its variables to the API, with a key that has `events:read`, and gives the data.
        """
        while True:
            page = (await ask(FEED, after=after, types=types))["events"]
            for event in page["nodes"]:
                if event["id"] not in self.heard:
                    self.take({**event, "ordering_key": event["orderingKey"]})
            after = page["pageInfo"]["endCursor"] or after
            if not page["pageInfo"]["hasNextPage"]:
                return after

    @property
    def duplicates(self) -> int:
        """How many came again."""
        return self.heard.total() - len(self.heard)


@asynccontextmanager
async def receiving(receiver: Receiver, *, port: int = 0) -> AsyncIterator[Receiver]:
    """The receiver listens inside the block, and knows its URL."""
    app = web.Application()
    app.router.add_post("/hooks", receiver.receive)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
    try:
        yield receiver
    finally:
        await runner.cleanup()
