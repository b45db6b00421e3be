"""A line to PostgreSQL that can be held up, cut, and made to lose an answer: faults at exactly the chosen moment."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.deadlines import PATIENCE_SECONDS

CHUNK = 65_536


class Wire:
    """Passes bytes between the pool and the server. `url` is the server's address through this line."""

    def __init__(self, server_url: str, folder: Path) -> None:
        parts = urlsplit(server_url)
        self._host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
        self._port = parts.port or 5432
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._held: Hold | None = None
        self._lost: bytes | None = None
        user = f"{parts.netloc.rpartition('@')[0]}@"
        self.url = f"postgres://{user}{parts.path}?host={folder}"

    @classmethod
    @asynccontextmanager
    async def to(cls, server_url: str) -> AsyncIterator[Self]:
        """A working line."""
        with tempfile.TemporaryDirectory(prefix="wire") as folder:
            wire = cls(server_url, Path(folder))
            await wire.mend()
            yield wire
            await wire.cut()

    def hold(self, word: str) -> "Hold":
        """Stop the next message to the server that contains `word`, until the hold is let go."""
        self._held = Hold(word.encode())
        return self._held

    def lose_answer_to(self, word: str) -> None:
        """Let the next message with `word` reach the server, and break the line when its answer comes."""
        self._lost = word.encode()

    async def cut(self) -> None:
        """Break every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
        self._server = None
        for writer in self._writers:
            writer.transport.abort()
        for pump in set(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def mend(self) -> None:
        """Accept connections (again)."""
        socket = self._folder / ".s.PGSQL.5432"
        socket.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._connect, socket)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await self._dial()
        lost = asyncio.Event()
        self._writers |= {writer, server_writer}
        for pump in (self._ask(reader, server_writer, lost), self._answer(server_reader, writer, lost)):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._host.startswith("/"):
            return await asyncio.open_unix_connection(f"{self._host}/.s.PGSQL.{self._port}")
        return await asyncio.open_connection(self._host, self._port)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                if self._held is not None and self._held.word in chunk:
                    held, self._held = self._held, None
                    held.there.set()
                    await held.passed.wait()
                if self._lost is not None and self._lost in chunk:
                    self._lost = None
                    lost.set()
                writer.write(chunk)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                if lost.is_set():
                    break
                writer.write(chunk)
        writer.close()


class Hold:
    """One message held up: wait until it is there, then let it go."""

    def __init__(self, word: bytes) -> None:
        self.word = word
        self.there = asyncio.Event()
        self.passed = asyncio.Event()

    async def reached(self) -> None:
        """Wait for the message."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.there.wait()

    def let_go(self) -> None:
        """Let the message pass."""
        self.passed.set()
