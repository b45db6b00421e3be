"""Ctrl-C for us alone, although `make` started us."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_terminal() -> Iterator[None]:
    """Be the terminal's foreground job: if Ctrl-C reaches `make` too, it calls an orderly stop a failure.

    Nothing happens where there is no terminal, or where we are its foreground job already.
    """
    ours, theirs = os.getpid(), _foreground()
    if theirs is None or theirs == ours or theirs != os.getpgrp():
        yield
        return
    # A job in the background that takes the terminal is stopped by SIGTTOU, unless it ignores it. Nobody could wake us
    # after Ctrl-Z: the shell does not know our group.
    former = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGTTOU, signal.SIGTSTP)}
    os.setpgid(0, 0)
    os.tcsetpgrp(sys.stdin.fileno(), ours)
    try:
        yield
    finally:
        os.tcsetpgrp(sys.stdin.fileno(), theirs)
        os.setpgid(0, theirs)
        for number, handler in former.items():
            signal.signal(number, handler)


def _foreground() -> int | None:
    """The process group in the terminal's foreground, or None without a terminal of ours."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno())
    except (OSError, ValueError):
        return None
