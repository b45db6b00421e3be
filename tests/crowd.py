"""`make crowd`: thousands of live subscribers at two server processes on one database.

Twice: spread over many posts, and all of them on one post. Printed are how long a comment takes from its
acknowledgement to each subscriber, how long until the last has it, and the memory that a subscription takes in a
server. Subscribers are in processes of their own, `--listen`, several on a socket, each socket as another member.
"""

import argparse
import asyncio
import contextlib
import os
import re
import resource
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import monotonic

import aiohttp
import asyncpg
import orjson

from schema.nodes import encode_id
from tests.bench.run import token_of
from tests.bench.world import Size, fill, post_id
from tests.databases import databases
from tests.deadlines import eventually
from tests.servers import ROOT, Client, ServerProcess, serving
from tests.stories.listeners import listeners_at

LISTEN = "subscription ($post: ID!) { commentWritten(postId: $post) { id body author { handle } } }"
WRITE = """
    mutation ($post: ID!, $body: String!) {
      writeComment(input: { subjectId: $post, body: $body }) { ... on WriteCommentPayload { comment { id } } }
    }
"""
ON_A_SOCKET = 5
AT_ONCE = 20
"""So many sockets are opened at a time."""

POSTS = 500
PATIENCE_SECONDS = 300.0
SILENCE_SECONDS = 15.0
"""After so long nothing more is expected."""


ARRIVAL_GOAL, FAN_OUT_GOAL, MEMORY_GOAL = 0.250, 2.0, 64 * 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """The figures of one case, in seconds and bytes."""

    missed: int
    median: float
    slow: float
    """What 99 of 100 arrivals stay below."""
    last: float
    """The slowest comment, until the last subscriber had it."""
    memory: float
    """In a server, for each subscription at it."""

    def __str__(self) -> str:
        return (
            f"{self.missed} missed; from acknowledgement to arrival {1000 * self.median:.0f} ms (median),"
            f" {1000 * self.slow:.0f} ms (99 %); the last had it after {self.last:.2f} s;"
            f" {self.memory / 1024:.0f} KiB a subscription"
        )


async def main() -> int:
    """Run both cases and print their figures; 1 if a goal was missed."""
    asked = arguments()
    if asked.listen:
        await listen(asked)
        return 0
    if not _may_open(asked.subscribers // ON_A_SOCKET + 1_000):
        return 1
    name, met = f"hourglass_crowd_{os.getpid()}", True
    async with databases() as run:
        url = await run.copy(name)
        connection = await asyncpg.connect(url)
        await fill(
            connection,
            Size(members=asked.subscribers // ON_A_SOCKET + 100, posts=POSTS, reactions=POSTS, ledger_rows=0),
        )
        await connection.close()
        for case, posts, comments in (("over many posts", POSTS, asked.comments), ("on one post", 1, 5)):
            heard = await told(url, asked.subscribers, posts, comments)
            print(f"{asked.subscribers:,} subscribers {case}: {comments} comments, {heard}", flush=True)
            is_fast = heard.slow <= ARRIVAL_GOAL if posts > 1 else heard.last <= FAN_OUT_GOAL
            met = met and is_fast and not heard.missed and heard.memory <= MEMORY_GOAL
        await run.drop(name)
    return 0 if met else 1


def arguments() -> argparse.Namespace:
    """How many."""
    parser = argparse.ArgumentParser(prog="python -m tests.crowd", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=10_000)
    parser.add_argument("--comments", type=int, default=100)
    parser.add_argument("--listen", help=argparse.SUPPRESS)
    parser.add_argument("--first-member", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--posts", type=int, default=POSTS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _may_open(files: int) -> bool:
    """Whether a process may open so many, after it was allowed as much as can be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < files <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    elif files > hard:
        print(f"So many subscribers need {files:,} open files; this system allows {hard:,}. See `ulimit -Hn`.")
        return False
    return True


async def told(database_url: str, subscribers: int, posts: int, comments: int) -> Heard:
    """Comments on these posts, heard by the subscribers at two servers."""
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(serving(database_url)) for _ in range(2)]
        each = subscribers // len(servers)
        before = sum(map(_memory, servers))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hourglass-crowd-")))
        crowds = [
            await stack.enter_async_context(
                _crowd(server, folder / str(number), each, posts, number * each // ON_A_SOCKET)
            )
            for number, server in enumerate(servers)
        ]
        for server in servers:
            await eventually(partial(_are_there, server, each), within=PATIENCE_SECONDS)
        memory = (sum(map(_memory, servers)) - before) / subscribers
        http = await stack.enter_async_context(aiohttp.ClientSession())
        acknowledged = await _write(http, servers, subscribers, posts, comments)
        expected = comments * each // posts
        arrivals = [await _heard(process, folder / str(number), expected) for number, process in enumerate(crowds)]
    return _figures(acknowledged, arrivals, expected, memory)


async def _write(
    http: aiohttp.ClientSession, servers: Sequence[ServerProcess], subscribers: int, posts: int, comments: int
) -> dict[str, float]:
    """Write comments through both servers, each when the one before had time to arrive; when each was acknowledged."""
    acknowledged = {}
    for number in range(comments):
        writer = token_of(subscribers // ON_A_SOCKET + number % 100)
        client = Client(http, servers[number % len(servers)].url, writer)
        post = encode_id("Post", post_id(number * 7 % posts))
        told = await client.data(WRITE, post=post, body=f"第 {number} 則留言")
        acknowledged[told["writeComment"]["comment"]["id"]] = monotonic()
        await asyncio.sleep(0.05 if posts > 1 else FAN_OUT_GOAL)
    return acknowledged


def _figures(
    acknowledged: Mapping[str, float], arrivals: Sequence[Mapping[str, list[float]]], expected: int, memory: float
) -> Heard:
    delays = [
        [at - wrote for heard in arrivals for at in heard.get(comment, ())] for comment, wrote in acknowledged.items()
    ]
    cuts = quantiles([delay for some in delays for delay in some], n=100)
    return Heard(
        missed=expected * len(arrivals) - sum(map(len, delays)),
        median=cuts[49],
        slow=cuts[98],
        last=max(max(some) for some in delays if some),
        memory=memory,
    )


@asynccontextmanager
async def _crowd(
    server: ServerProcess, file: Path, subscribers: int, posts: int, first_member: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Subscribers at a server, in a process of their own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.crowd", "--listen", server.url.replace("http", "ws", 1)),
        *("--subscribers", str(subscribers), "--posts", str(posts), "--first-member", str(first_member)),
        cwd=ROOT,
        env=os.environ | {"CROWD_FILE": str(file)},
        stdin=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _heard(process: asyncio.subprocess.Process, file: Path, expected: int) -> dict[str, list[float]]:
    """Let a crowd hear the rest, then end it; when each comment came to each of its subscribers."""
    await process.communicate(b"%d\n" % expected)
    heard: dict[str, list[float]] = orjson.loads(await asyncio.to_thread(file.read_bytes))
    return heard


async def _are_there(server: ServerProcess, subscribers: int) -> bool:
    await asyncio.sleep(0.5)
    return await listeners_at(server) == subscribers


def _memory(server: ServerProcess) -> int:
    """The bytes that a server's process has in memory."""
    assert server.process
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{server.process.pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


async def listen(asked: argparse.Namespace) -> None:
    """Be the subscribers, until so many comments came as the standard input says; write down what was heard when."""
    heard: dict[str, list[float]] = {}
    _may_open(asked.subscribers)
    opening = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        sockets = [
            asyncio.create_task(_socket(http, opening, asked, number, heard))
            for number in range(asked.subscribers // ON_A_SOCKET)
        ]
        expected = int(await asyncio.to_thread(sys.stdin.readline))

        async def is_all_heard() -> bool:
            return sum(map(len, heard.values())) >= expected

        with contextlib.suppress(AssertionError):
            await eventually(is_all_heard, within=SILENCE_SECONDS)
        for socket in sockets:
            socket.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*sockets)
    await asyncio.to_thread(Path(os.environ["CROWD_FILE"]).write_bytes, orjson.dumps(heard))


async def _socket(
    http: aiohttp.ClientSession,
    opening: asyncio.Semaphore,
    asked: argparse.Namespace,
    number: int,
    heard: dict[str, list[float]],
) -> None:
    """Some subscribers on one socket. Their posts follow each other, so that all posts have as many."""
    async with opening:
        token = token_of(asked.first_member + number)
        socket = await http.ws_connect(asked.listen, protocols=["graphql-transport-ws"])
        await socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        await socket.receive_json()
        for place in range(number * ON_A_SOCKET, (number + 1) * ON_A_SOCKET):
            variables = {"post": encode_id("Post", post_id(place % asked.posts))}
            payload = {"query": LISTEN, "variables": variables}
            await socket.send_json({"id": str(place), "type": "subscribe", "payload": payload})
    async for message in socket:
        at = monotonic()
        told = orjson.loads(message.data)
        if told["type"] == "next":
            heard.setdefault(told["payload"]["data"]["commentWritten"]["id"], []).append(at)
        elif told["type"] != "ping":
            raise RuntimeError(f"a subscription ended: {told}")
    raise RuntimeError(f"a socket was closed: {socket.close_code}")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
