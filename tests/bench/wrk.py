"""The load generator, `wrk`, on a core of its own: requests per second, and whether any answer was wrong."""

import asyncio
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

SCRIPT = Path(__file__).with_name("wrk.lua")
NEW = "%NEW%"
"""Stands in a body for what is new in each request."""

CONNECTIONS = 16


class NoWrk(Exception):
    """The load generator is not installed."""


class WrongAnswer(Exception):
    """A server answered something else than it should: the run is void."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one round came to."""

    requests: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float


async def load(
    url: str,
    path: str,
    body: str,
    *,
    right: str,
    times: int,
    tokens: Path,
    seconds: int,
    connections: int = CONNECTIONS,
) -> Load:
    """Ask one operation over and over. `right` is in every right answer `times` times. Raises NoWrk and WrongAnswer."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise NoWrk("The load generator is missing. On Debian or Ubuntu: apt-get install wrk")
    process = await asyncio.create_subprocess_exec(
        *(*_on_its_own_core(), wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"),
        *("-s", str(SCRIPT), url),
        env={
            **os.environ,
            "BENCH_TOKENS": str(tokens),
            "BENCH_PATH": path,
            "BENCH_BODY": body,
            "BENCH_RIGHT": right,
            "BENCH_TIMES": str(times),
            "BENCH_RUN": uuid4().hex[:12],
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode(errors="replace")
    found = re.search(r"^RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", said, re.MULTILINE)
    if found is None:
        raise WrongAnswer(said)
    requests, microseconds, failed, wrong, p50, p99 = map(int, found.groups())
    if failed or wrong or not requests:
        raise WrongAnswer(
            f"{failed} failed and {wrong} wrong of {requests} answers in {seconds} s: {said.partition('SAMPLE')[2]}"
        )
    return Load(requests, requests / microseconds * 1e6, p50 / 1000, p99 / 1000)


def _on_its_own_core() -> list[str]:
    last = (os.cpu_count() or 1) - 1
    return ["taskset", "-c", str(last)] if last and shutil.which("taskset") else []
