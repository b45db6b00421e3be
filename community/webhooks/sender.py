"""One attempt over HTTP, to somebody who may mean harm: bounded in time and size, and only to public addresses.

    async with Sender(timeout_seconds=15) as sender:
        answer = await sender.post(url, body, headers)

The address is checked where the socket is made, so that what was checked is what is connected to, whatever the name
meant a moment before. Redirects are not followed, answers are not unpacked, and no connection is used twice.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from community.webhooks.rules.addresses import is_loopback, is_public
from community.webhooks.rules.retries import Answer, Failure

KEPT_BYTES = 4_096
"""So much of an answer is read and kept."""

BODY_SECONDS = 2.0
"""The status decides. What follows it is read for so long at most, for people to look at."""

RESOLVER_THREADS = 32
"""How many names are looked up at once, in threads of their own: slow name servers hold up nobody else."""

HEADERS = {"user-agent": "Hourglass-Webhooks/1", "accept": "*/*", "accept-encoding": "identity"}


class AddressRefused(OSError):
    """Nobody is sent to this address."""


class Sender:
    """What sends. `resolver` is for tests of names that lead astray."""

    def __init__(
        self, *, timeout_seconds: float, allows_loopback: bool = False, resolver: AbstractResolver | None = None
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._allows_loopback = allows_loopback
        self._names = resolver or Names()

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=self._names,
            socket_factory=self._socket,
            use_dns_cache=False,
            force_close=True,
            limit=0,
        )
        self._http = aiohttp.ClientSession(
            connector=connector,
            headers=HEADERS,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=KEPT_BYTES,
            timeout=aiohttp.ClientTimeout(total=self._timeout_seconds),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.close()
        await self._names.close()

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        """One attempt. Whatever the other side does, this returns, at the latest when the time is over."""
        began = time.monotonic()
        status, retry_after, said, failure = None, None, b"", None
        try:
            async with asyncio.timeout(self._timeout_seconds):
                async with self._http.post(
                    URL(url, encoded=True), data=body.encode(), headers=headers, allow_redirects=False
                ) as response:
                    status, retry_after = response.status, response.headers.get("retry-after")
                    said = await _beginning(response.content)
        except Exception as error:
            failure = _failure(error) if status is None else None
        return Answer(
            status=status,
            failure=failure or _failure_of(status),
            retry_after=retry_after,
            body=said.decode("utf-8", "replace").replace("\0", "\ufffd"),
            took=timedelta(seconds=time.monotonic() - began),
        )

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        """The socket for an address that was found; the last word on whether there will be one."""
        family, kind, protocol, _, place = address
        if not is_public(place[0]) and not (self._allows_loopback and is_loopback(place[0])):
            raise AddressRefused("not a public address")
        return socket.socket(family, kind, protocol)


class Names(AbstractResolver):
    """Looks up names as the machine does, in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="webhook names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        )
        return [
            ResolveResult(hostname=host, host=place[0], port=port, family=family, proto=protocol, flags=0)
            for family, _, protocol, _, place in found
            if isinstance(place[0], str)
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """What there is of the body soon, and no more than is kept."""
    said = b""
    with suppress(TimeoutError, aiohttp.ClientError):
        async with asyncio.timeout(BODY_SECONDS):
            while len(said) < KEPT_BYTES and (more := await content.read(KEPT_BYTES - len(said))):
                said += more
    return said


def _failure_of(status: int | None) -> Failure | None:
    if status is None:
        return Failure.BROKEN
    if 200 <= status < 300:
        return None
    return Failure.REDIRECTED if 300 <= status < 400 else Failure.REFUSED


def _failure(error: Exception) -> Failure:
    """What kept us from an answer."""
    causes = _causes(error)
    kinds: tuple[tuple[type[BaseException], Failure], ...] = (
        (AddressRefused, Failure.ADDRESS_REFUSED),
        (aiohttp.InvalidURL, Failure.ADDRESS_REFUSED),
        (TimeoutError, Failure.TIMED_OUT),
        (ssl.SSLError, Failure.UNTRUSTED),
        (ssl.CertificateError, Failure.UNTRUSTED),
        (socket.gaierror, Failure.UNKNOWN_HOST),
        (aiohttp.ClientConnectorDNSError, Failure.UNKNOWN_HOST),
        (aiohttp.ClientConnectorError, Failure.NOT_CONNECTED),
    )
    for kind, failure in kinds:
        if any(isinstance(cause, kind) for cause in causes):
            return failure
    return Failure.BROKEN


def _causes(error: BaseException) -> list[BaseException]:
    """An error and all that led to it."""
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        following = getattr(following, "os_error", None) or following.__cause__
    return found
