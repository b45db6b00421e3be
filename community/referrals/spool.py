"""Clicks on their way to the database: appended to files of this process, so that they survive its death.

    <root>/<process>.lock          held for as long as the process lives
    <root>/<process>/<id>.clicks   a segment: one click a line, at most SEGMENT of them

A line is written before its visitor is sent on. What the operating system has of a file outlives the process, also one
that is killed. A segment is deleted once its clicks are in the database; the segment's id is kept there, so one that is
found again was written down already. Segments of the dead are adopted by whoever notices.
"""

import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from community.kernel import ids
from community.referrals.rules.clicks import Arrival, Click

SEGMENT = 5_000
SUFFIX = ".clicks"


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed file of clicks."""

    id: UUID
    path: Path

    def read(self) -> list[Click]:
        """Its clicks. The last line of one whose writer died may be half a line: that visitor was never sent on."""
        lines = self.path.read_bytes().split(b"\n")
        return [click for line in lines if line and (click := _click(line)) is not None]

    def delete(self) -> None:
        """Its clicks are in the database."""
        self.path.unlink(missing_ok=True)


class Spool:
    """The files of one process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        name = ids.new_id().hex
        root.mkdir(parents=True, exist_ok=True)
        self._lock = _hold(root / f"{name}.lock")
        self._folder = root / name
        self._folder.mkdir()
        self._open: int | None = None
        self._path: Path | None = None
        self._lines = 0
        self.waiting: list[Segment] = []
        """Closed segments whose clicks are not in the database, oldest first."""

    def append(self, click: Click) -> None:
        """Keep a click. Raises OSError when the disk does not take it."""
        if self._open is None:
            self._begin()
        assert self._open is not None
        line = _line(click)
        if os.write(self._open, line) != len(line):
            self.roll()  # the disk is full: what follows must not be glued to half a line
            raise OSError("the disk took half a line")
        self._lines += 1
        if self._lines >= SEGMENT:
            self.roll()

    def roll(self) -> None:
        """Close the segment that is being written; the next click begins another one."""
        if self._open is None or self._path is None:
            return
        os.close(self._open)
        self.waiting.append(Segment(UUID(hex=self._path.stem), self._path))
        self._open = self._path = None

    def done(self, segment: Segment) -> None:
        """A segment's clicks are in the database."""
        segment.delete()
        self.waiting.remove(segment)

    def adopt(self) -> int:
        """Take over the segments of processes that died; how many there were."""
        adopted = 0
        for folder in self._strangers():
            lock_path = folder.with_name(f"{folder.name}.lock")
            lock = _try_to_hold(lock_path)
            if lock is None:
                continue
            for path in sorted(folder.glob(f"*{SUFFIX}")):
                moved = path.rename(self._folder / path.name)
                self.waiting.append(Segment(UUID(hex=moved.stem), moved))
                adopted += 1
            folder.rmdir()
            lock_path.unlink(missing_ok=True)
            os.close(lock)
        return adopted

    def close(self) -> None:
        """Let go. What is left waits for whoever adopts it."""
        self.roll()
        with suppress(OSError):
            self._folder.rmdir()
            (self._root / f"{self._folder.name}.lock").unlink(missing_ok=True)
        os.close(self._lock)

    def _begin(self) -> None:
        self._path = self._folder / f"{ids.new_id().hex}{SUFFIX}"
        self._open = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._lines = 0

    def _strangers(self) -> Iterable[Path]:
        return [path for path in self._root.iterdir() if path.is_dir() and path != self._folder]


def _hold(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _try_to_hold(path: Path) -> int | None:
    """The lock of a process that is gone; None while it lives."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _line(click: Click) -> bytes:
    said: dict[str, Any] = {
        "id": click.id.hex,
        "link": click.link_id.hex,
        "arrival": click.arrival.value,
        "at": click.at.isoformat(),
    }
    if click.visitor is not None and click.household is not None:
        said |= {"visitor": click.visitor.hex(), "household": click.household.hex()}
    return orjson.dumps(said) + b"\n"


def _click(line: bytes) -> Click | None:
    try:
        said = orjson.loads(line)
        return Click(
            id=UUID(hex=said["id"]),
            link_id=UUID(hex=said["link"]),
            arrival=Arrival(said["arrival"]),
            at=datetime.fromisoformat(said["at"]),
            visitor=bytes.fromhex(said["visitor"]) if "visitor" in said else None,
            household=bytes.fromhex(said["household"]) if "household" in said else None,
        )
    except (ValueError, KeyError, TypeError):
        return None
