"""How fast the door of links is, against a bare redirect of the same server: `make clicks`, or SECONDS for each round.

Rounds are interleaved; every answer is checked. Prints the rates, their ratio and the slowest answers, then compares
what was handed over with what was counted, and exits with 1 if one click is missing.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import asyncpg

from tests.databases import databases
from tests.deadlines import eventually
from tests.servers import ServerProcess, serving
from tests.stories.apps import App

CODE = "the-link"
MAKE = 'mutation { createReferralLink(input: { code: "the-link" }) { __typename } }'
AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
CONNECTIONS = 8
ROUNDS = 6
WARM_SECONDS = 0.5
LEAST_RATIO = 0.5
"""Below this the door does something that a door should not."""


@dataclass
class Load:
    """What one address answered."""

    path: str
    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return len(self.seconds)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def __str__(self) -> str:
        ranked = sorted(self.seconds)
        half, slow = (ranked[int(len(ranked) * part)] * 1000 for part in (0.5, 0.99))
        return (
            f"{self.path:12} {self.rate:7.0f}/s   p50 {half:5.2f} ms   p99 {slow:5.2f} ms   {self.answered:,} answers"
        )


async def main(seconds: float) -> int:
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(databases())
        url = await found.copy("hourglass_clicks")
        home = stack.enter_context(tempfile.TemporaryDirectory())
        server = await stack.enter_async_context(serving(url, environment={"HOURGLASS_HOME": home}))
        async with aiohttp.ClientSession() as http:
            await (await App.joined(http, server.url, "mei")).client.data(MAKE)
        bare, door = Load("/"), Load(f"/r/{CODE}")
        warm = Load(door.path)
        for load in (Load(bare.path), warm):
            await burst(server, load, WARM_SECONDS)
        for _ in range(ROUNDS):
            for load in (bare, door):
                await burst(server, load, seconds)
        try:
            await eventually(lambda: is_counted(url, warm.answered + door.answered))
        except AssertionError:
            print(f"handed over {warm.answered + door.answered:,}, counted {await everything(url):,}")
            return 1
    ratio = door.rate / bare.rate
    print(f"{bare}\n{door}\nratio {ratio:.2f}; every one of {door.answered:,} clicks is counted")
    return 0 if ratio >= LEAST_RATIO else 1


async def burst(server: ServerProcess, load: Load, seconds: float) -> None:
    """Ask on several connections at once, one request after the other on each."""
    began = time.perf_counter()
    before = load.answered
    await asyncio.gather(*(ask(server, load, began + seconds, number) for number in range(CONNECTIONS)))
    load.rates.append((load.answered - before) / (time.perf_counter() - began))


async def ask(server: ServerProcess, load: Load, until: float, number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    request = f"GET {load.path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {AGENT} {number}\r\n\r\n".encode()
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        load.seconds.append(time.perf_counter() - began)
        assert head.startswith((b"HTTP/1.1 302", b"HTTP/1.1 307")), head
        assert b"content-length: 0" in head.lower(), head
    writer.close()
    await writer.wait_closed()


async def is_counted(url: str, answered: int) -> bool:
    return await everything(url) == answered


async def everything(url: str) -> int:
    """All that came to the link and is written down, of whatever sort."""
    connection = await asyncpg.connect(url)
    counted = await connection.fetchval("select coalesce(sum(clicks + repeats + bots + heads), 0) from referrals_tally")
    await connection.close()
    return int(counted)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)))
