"""Servers that answer the same requests: how each is started, and what it answers."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.bench.requests import Asking, Data, Dialect, Request
from tests.bench.wrk import NEW, WrongAnswer
from tests.deadlines import eventually
from tests.servers import ROOT, free_port

START_SECONDS = 300.0
"""A busy machine takes long to start a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A server, how it is started, and how it is asked."""

    name: str
    command: Sequence[str]
    dialect: Dialect
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT


@dataclass(frozen=True, slots=True)
class Running:
    """One that was started."""

    contender: Contender
    url: str
    pid: int

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return self.contender.name

    def asking(self, request: Request) -> Asking:
        """How it wants to be asked."""
        return self.contender.dialect[request]

    async def data(self, http: aiohttp.ClientSession, request: Request, token: str, new: str = "") -> Data:
        """What it answers, as all are compared. Raises WrongAnswer for anything but data."""
        asking = self.asking(request)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = asking.body.replace(NEW, new)
        async with http.post(self.url + asking.path, data=body, headers=headers) as response:
            answer = await response.json(content_type=None)
        if response.status != 200 or "errors" in answer:
            raise WrongAnswer(f"{request}: {self.name} answers {response.status} {answer}")
        return asking.understood(answer["data"])


@asynccontextmanager
async def running(contender: Contender, database_url: str) -> AsyncIterator[Running]:
    """Run a server on the first core until the block ends."""
    port = free_port()
    pinned = ["taskset", "-c", "0"] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []
    environment = {"DATABASE_URL": database_url, "PORT": str(port), "HOURGLASS_LOG_FORMAT": "json"}
    log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
    process = await asyncio.create_subprocess_exec(
        *(*pinned, *contender.command),
        cwd=contender.folder,
        env={**os.environ, **environment, **contender.environment},
        stderr=log,
    )

    async def is_open_or_gone() -> bool:
        return process.returncode is not None or await is_open(port)

    try:
        await eventually(is_open_or_gone, within=START_SECONDS)
        if process.returncode is not None:
            log.seek(0)
            raise WrongAnswer(f"{contender.name} ended with {process.returncode}: {log.read(10_000).decode()}")
        yield Running(contender, f"http://127.0.0.1:{port}", process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        log.close()


async def is_open(port: int) -> bool:
    """Whether somebody listens."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
