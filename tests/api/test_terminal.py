"""Ctrl-C at a terminal, under make: what we stop in order is no failure."""

import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from api.cli.terminal import own_terminal

ROOT = Path(__file__).parents[2]
CTRL_C = b"\x03"
PROGRAM = """
from api.cli.terminal import own_terminal
with own_terminal():
    try:
        print("ready", flush=True)
        input()
    except KeyboardInterrupt:
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
    while chunk := _read(terminal):
        said += chunk
        if b"ready" in said and not pressed:
            os.write(terminal, CTRL_C)
            pressed = True
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return said.decode(), os.waitstatus_to_exitcode(status)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the last process has left the terminal.
        return b""
