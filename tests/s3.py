"""A real S3-compatible server for a test: rclone over a folder, which checks every signature."""

import asyncio
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deadlines import eventually

PROGRAM = Path(sys.executable).with_name("rclone")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where it is, and the key that may use it."""

    endpoint: str
    name: str
    access_key: str
    secret_key: str


@asynccontextmanager
async def bucket(folder: Path) -> AsyncIterator[Bucket]:
    """A bucket whose objects are files in `folder`."""
    port = _free_port()
    found = Bucket(f"http://127.0.0.1:{port}", "media", "HOURGLASSTEST", secrets.token_hex(20))
    (folder / found.name).mkdir(parents=True)
    server = await asyncio.create_subprocess_exec(
        PROGRAM,
        *("serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--config", str(folder / "rclone.conf")),
        *("--auth-key", f"{found.access_key},{found.secret_key}"),
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    try:
        await eventually(listens)
        yield found
    finally:
        server.terminate()
        await server.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
