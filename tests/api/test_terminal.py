"""Ctrl-C at a terminal, under make: what we stop in order is no failure."""

import os
import pty
import signal
import sys
from pathlib import Path
from select import select

import pytest

from api.cli.terminal import own_terminal
from tests.deadlines import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
CTRL_C = b"\x03"
PROGRAM = """
import signal
from api.cli.terminal import own_terminal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # Kept until we wait for it, however early it comes.
with own_terminal():
    print("ready", flush=True)
    signal.sigwait([signal.SIGINT])
    print("stopped in order", flush=True)
"""


def test_an_orderly_stop_by_ctrl_c_is_a_success_for_make(tmp_path: Path):
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "Makefile").write_text(f"run:\n\t@PYTHONPATH={ROOT} {sys.executable} program.py\n")
    said, code = at_a_terminal("make", "-C", str(tmp_path), "run")
    assert "stopped in order" in said
    assert "Interrupt" not in said
    assert code == 0


def test_nothing_is_taken_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch):
    with open(os.devnull) as nowhere:
        monkeypatch.setattr(sys, "stdin", nowhere)
        group = os.getpgrp()
        with own_terminal():
            assert os.getpgrp() == group


def at_a_terminal(*command: str) -> tuple[str, int]:
    """Run a command at a terminal of its own, press Ctrl-C when it is ready; what it said and its exit code."""
    process, terminal = pty.fork()
    if process == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Whoever runs the tests in the background ignores it.
        os.execvp(command[0], command)
    said = b""
    pressed = False
    try:
        while chunk := _read(terminal):
            said += chunk
            if b"ready" in said and not pressed:
                os.write(terminal, CTRL_C)
                pressed = True
    finally:
        os.close(terminal)  # Who still stands at it is told to hang up.
        _, status = os.waitpid(process, 0)
    return said.decode(), os.waitstatus_to_exitcode(status)


def _read(terminal: int) -> bytes:
    """What is said next; nothing when all have left. Fails when nobody says anything for long."""
    assert select([terminal], [], [], PATIENCE_SECONDS)[0], "neither a word nor an end"
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the last process has left the terminal.
        return b""
