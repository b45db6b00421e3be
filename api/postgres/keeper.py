"""The keeper: a small process beside each program, which stops the server when its last program is gone.

It waits until its program says goodbye or dies, by whatever cause, kill -9 and a closed terminal included; so the
orderly end and the violent one are the same code. Its standard input is the line to its program.
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from api.postgres import locks, process
from api.postgres.rooms import LOCK, Room


def main(home: Path, users: int, *, durable: bool) -> None:
    """Wait for the program's end; if nobody else uses the server, stop it."""
    os.chdir("/")
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.buffer.read(1)
    # No home: somebody has removed it all, and what ran in it has noticed.
    with suppress(FileNotFoundError), locks.alone(home / LOCK):
        if locks.is_last(users):
            close_down(Room.of(home), durable=durable)


def close_down(room: Room, *, durable: bool) -> None:
    """Stop the server and take away what only a running one needs; of a throwaway server, everything."""
    process.stop(room.data, at_once=not durable)
    if not process.running(room.data):
        room.close_socket_folder()
    if not durable:
        room.clear()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), durable=sys.argv[3] == "durable")
