"""The running server, as the lock file in its data folder (`postmaster.pid`) tells."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 60
# A process id that no system hands out.
NOBODY = 2**31 - 1
PROC = Path("/proc")
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What the lock file says: it may be left over from a server that was killed."""

    data: Path
    pid: int
    socket_folder: Path | None
    status: str

    @property
    def lives(self) -> bool:
        """Whether it is there. The number alone proves nothing: after a restart it may be anybody's."""
        folder = self.socket_folder
        return (folder is not None and listens(folder / SOCKET)) or is_postmaster(self.pid, self.data)

    @property
    def is_ready(self) -> bool:
        """Whether it takes connections."""
        return self.status in ("ready", "standby")


def recorded(data: Path) -> Postmaster | None:
    """The last server of this data folder, if it did not remove its lock file."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    said = dict(enumerate(line.strip() for line in lines))
    folder = said.get(4)
    return Postmaster(data, pid, Path(folder) if folder else None, said.get(7, ""))


def running(data: Path) -> Postmaster | None:
    """The server of this data folder, if it lives."""
    postmaster = recorded(data)
    return postmaster if postmaster and postmaster.lives else None


def forget_pid(data: Path) -> None:
    """Let a new server start although the dead one's number is somebody else's now.

    The file stays: its shared-memory key lets PostgreSQL refuse while orphans of the dead server still write.
    """
    with suppress(FileNotFoundError):
        lock = os.open(data / "postmaster.pid", os.O_RDWR | os.O_NOFOLLOW)
        with open(lock, "r+") as file:
            lines = file.read().splitlines()[1:]
            file.seek(0)
            file.truncate()
            file.write("\n".join([str(NOBODY), *lines, ""]))


def stop(data: Path, *, at_once: bool = False) -> None:
    """End the server and wait until it is gone: open transactions are rolled back, nothing committed is lost.

    `at_once` leaves without writing anything back, for data that will be thrown away.
    """
    for how, patience in ((signal.SIGQUIT if at_once else signal.SIGINT, PATIENCE_SECONDS), (signal.SIGQUIT, 10)):
        postmaster = running(data)
        if not postmaster or not is_postmaster(postmaster.pid, data):
            return
        with suppress(ProcessLookupError):
            os.kill(postmaster.pid, how)
        deadline = time.monotonic() + patience
        while running(data) and time.monotonic() < deadline:
            time.sleep(0.01)


def listens(path: Path) -> bool:
    """Whether somebody accepts connections on this socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
        except (TimeoutError, BlockingIOError):
            return True
        except OSError:
            return False
        return True


def is_postmaster(pid: int, data: Path) -> bool:
    """Whether the process lives and is the server that was started on this folder."""
    if PROC.is_dir():
        try:
            command = (PROC / str(pid) / "cmdline").read_text(errors="replace").split("\0")
        except OSError:
            return False
        return str(data) in command and Path(command[0]).name == "postgres"
    found = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True)
    return f"postgres -D {data} " in found.stdout
