"""How much processor time processes have had, where Linux tells it: what a busy machine cannot blur."""

import os
from pathlib import Path

PROC = Path("/proc")


def seconds_of(pid: int) -> float | None:
    """The processor time of one process with all its threads."""
    fields = _stat(pid)
    return _seconds(fields[11:13]) if fields else None


def seconds_of_family(pid: int) -> float | None:
    """The same of a process with its children, those included that have ended."""
    parent = _stat(pid)
    if parent is None:
        return None
    children = (_stat(int(each.name)) for each in PROC.iterdir() if each.name.isdigit())
    return _seconds(parent[11:15]) + sum(_seconds(c[11:13]) for c in children if c and int(c[1]) == pid)


def parent_of(pid: int) -> int | None:
    """Whose child a process is."""
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _stat(pid: int) -> list[str] | None:
    """The fields after the name, which may have blanks in it: state, parent, …, user time, system time, of children."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _seconds(ticks: list[str]) -> float:
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
