"""Real servers in processes of their own, and clients that speak to them as an app would."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.deadlines import PATIENCE, PATIENCE_SECONDS

ROOT = Path(__file__).parents[1]
READY_SECONDS = 2 * PATIENCE_SECONDS
PATIENT = {
    f"HOURGLASS_{name}".upper(): str(value)
    for name, value in {**PATIENCE, "shutdown_seconds": int(PATIENCE_SECONDS)}.items()
}
"""For a process in which nobody is to give up, however long a busy machine takes."""


@dataclass
class ServerProcess:
    """`hourglass serve` or `up` on a port of its own. It may be killed and started again; its address stays."""

    database_url: str
    port: int = field(default_factory=lambda: free_port())
    command: str = "serve"
    with_worker: bool = True
    environment: dict[str, str] = field(default_factory=dict)
    stderr: int | None = None
    """Where its complaints go: to ours, or to a pipe that `process.stderr` reads."""
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where the graph is."""
        return f"http://127.0.0.1:{self.port}/graphql"

    async def start(self) -> float:
        """Start, wait until it is ready, return the seconds that took."""
        began = time.perf_counter()
        arguments = ["-m", "api", self.command, *(["--with-worker"] if self.with_worker else [])]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": self.database_url,
                "PORT": str(self.port),
                "HOURGLASS_LOG_LEVEL": "error",
                **self.environment,
            },
            stdout=asyncio.subprocess.DEVNULL,
            stderr=self.stderr,
        )
        await self._ready()
        return time.perf_counter() - began

    async def kill(self) -> None:
        """kill -9, as an out-of-memory killer or a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """An orderly stop."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self.process and self.process.returncode is None:
            self.process.send_signal(number)
            try:
                await asyncio.wait_for(self.process.wait(), PATIENCE_SECONDS)
            except TimeoutError:
                self.process.kill()
                raise AssertionError(f"still there {PATIENCE_SECONDS} seconds after {number.name}") from None

    async def _ready(self) -> None:
        assert self.process
        async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as http:
            while True:
                if self.process.returncode is not None:
                    raise RuntimeError(f"the server ended with {self.process.returncode}")
                try:
                    async with http.get(f"http://127.0.0.1:{self.port}/health/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(database_url: str, **options: Any) -> AsyncIterator[ServerProcess]:
    """A server that runs inside the block."""
    server = ServerProcess(database_url, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@dataclass
class Client:
    """Somebody's app: posts documents to one server, perhaps signed in."""

    http: aiohttp.ClientSession
    url: str
    token: str | None = None

    async def post(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole JSON answer."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        async with self.http.post(self.url, json=body, headers=headers) as answer:
            answered: dict[str, Any] = await answer.json(content_type=None)
            return answered

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer's data; fails on errors."""
        answered = await self.post(query, **variables)
        assert "errors" not in answered, answered["errors"]
        data: dict[str, Any] = answered["data"]
        return data

    async def subscribe(self, query: str, **variables: Any) -> "Subscription":
        """A live subscription over graphql-transport-ws, acknowledged by the server."""
        socket = await self.http.ws_connect(self.url.replace("http", "ws", 1), protocols=["graphql-transport-ws"])
        token = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        await socket.send_json({"type": "connection_init", "payload": token})
        acknowledged = await socket.receive_json()
        assert acknowledged["type"] == "connection_ack", acknowledged
        await socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}})
        return Subscription(socket)


@dataclass
class Subscription:
    """A WebSocket with one operation on it."""

    socket: aiohttp.ClientWebSocketResponse

    async def next(self, *, within: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The next event's data."""
        async with asyncio.timeout(within):
            while (message := await self.socket.receive_json())["type"] != "next":
                if message["type"] == "ping":
                    await self.socket.send_json({"type": "pong"})
                    continue
                raise AssertionError(message)
        assert "errors" not in message["payload"], message
        data: dict[str, Any] = message["payload"]["data"]
        return data

    async def close(self) -> None:
        """Hang up."""
        await self.socket.close()


def free_port() -> int:
    """A port that the kernel found free: two runs that start at once get two."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
