"""Asking an ASGI application in the process of the test: one request, one answer."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message


async def answered(
    app: ASGIApp, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers by their names in lower case, and the body."""
    path, _, query = url.partition("?")
    said = {"Host": "127.0.0.1", **(headers or {})}
    sent: list[Any] = []
    to_come = [body]
    is_over = asyncio.Event()

    async def receive() -> Message:
        if to_come:
            return {"type": "http.request", "body": to_come.pop(), "more_body": False}
        await is_over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(
        {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": unquote(path),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in said.items()],
            "scheme": "http",
            "server": ("127.0.0.1", 80),
        },
        receive,
        send,
    )
    is_over.set()
    shown = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], shown, b"".join(message.get("body", b"") for message in sent[1:])
