"""Receivers that mean no good, or are just broken: raw servers on this machine, each in one way."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count

BOMB = gzip.compress(b"\0" * 20_000_000)


@dataclass
class Connection:
    """One caller, and how many bytes it was sent."""

    writer: asyncio.StreamWriter
    sent: int = 0

    async def say(self, data: bytes) -> None:
        """Send, as fast as the other side takes it."""
        self.writer.write(data)
        await self.writer.drain()
        self.sent += len(data)


Behaviour = Callable[[Connection], Awaitable[None]]


async def says_nothing(_: Connection) -> None:
    await asyncio.Event().wait()


async def hangs_up(_: Connection) -> None:
    return


async def talks_nonsense(connection: Connection) -> None:
    await connection.say(b"220 mail.example.com ESMTP ready\r\n" * 3)


async def dribbles_headers(connection: Connection) -> None:
    await connection.say(b"HTTP/1.1 200 OK\r\n")
    for byte in b"X-Patience: " + b"a" * 1_000_000:
        await connection.say(bytes([byte]))
        await asyncio.sleep(0.01)


async def sends_headers_without_end(connection: Connection) -> None:
    await connection.say(b"HTTP/1.1 200 OK\r\n")
    for number in count():
        await connection.say(f"X-Header-{number}: {'a' * 100}\r\n".encode() * 50)


async def sends_one_header_without_end(connection: Connection) -> None:
    await connection.say(b"HTTP/1.1 200 OK\r\nX-Header: ")
    while True:
        await connection.say(b"a" * 10_000)


async def says_continue_without_end(connection: Connection) -> None:
    while True:
        await connection.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.001)


async def sends_a_body_without_end(connection: Connection) -> None:
    await connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    while True:
        await connection.say(b"a" * 10_000)


async def sends_chunks_without_end(connection: Connection) -> None:
    await connection.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await connection.say(b"1\r\na\r\n" * 1_000)


async def dribbles_a_body(connection: Connection) -> None:
    await connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        await connection.say(b"a")
        await asyncio.sleep(0.01)


async def promises_more_than_it_sends(connection: Connection) -> None:
    await connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort")


async def sends_more_than_it_promises(connection: Connection) -> None:
    await connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + b"a" * 5_000)


async def sends_a_bomb(connection: Connection) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n"
    await connection.say(head.encode() + BOMB)


async def says_what_no_row_can_hold(connection: Connection) -> None:
    await connection.say(b"HTTP/1.1 500 Oops\r\nContent-Length: 6\r\n\r\na\0b\xff\xfec")


@asynccontextmanager
async def misbehaving(behave: Behaviour) -> AsyncIterator[tuple[str, list[Connection]]]:
    """The URL of a server that behaves so, and the connections it had."""
    connections: list[Connection] = []
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        connections.append(Connection(writer))
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                await reader.readuntil(b"\r\n\r\n")
                await behave(connections[-1])
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in", connections
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
