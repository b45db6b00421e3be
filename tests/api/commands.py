"""Running `hourglass` as a person would."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main
from community.settings import settings
from tests.deadlines import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
ENDED_SECONDS = 3 * PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """What it complained about, on one line however wide the terminal. Fails if that is a traceback."""
        assert "Traceback" not in self.err, self.err
        return " ".join(self.err.replace("│", " ").split())


class Shell:
    """Runs commands that need no event loop of their own here, in this process: a tenth of a second instead of two."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, **environment: str) -> Said:
        for name, value in environment.items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.setenv("COLUMNS", "120")
        self._monkeypatch.setattr(sys, "argv", ["hourglass", *arguments])
        settings.cache_clear()
        with pytest.raises(SystemExit) as ended:
            main()
        settings.cache_clear()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, *self._capsys.readouterr())


async def hourglass(*arguments: str, **environment: str) -> Said:
    """Run a command to its end, in a process of its own."""
    return await ended(await start(*arguments, **environment))


async def ended(process: asyncio.subprocess.Process) -> Said:
    """Wait for its end. Fails, and kills it, when that does not come."""
    try:
        out, err = await asyncio.wait_for(process.communicate(), ENDED_SECONDS)
    except TimeoutError:
        process.kill()
        raise AssertionError(f"not ended after {ENDED_SECONDS} seconds") from None
    return Said(process.returncode or 0, out.decode(), err.decode())


async def start(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    """Start a command that goes on."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "api", *arguments),
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "120", **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
