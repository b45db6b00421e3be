"""Where a server's files are: `postgres/` in the program's home, with data, socket, settings, log, and who uses it."""

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from api.postgres import process
from api.postgres.account import Account
from api.postgres.errors import OutOfReach

LOCK = "postgres.lock"
# sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included.
LONGEST_SOCKET_PATH = 103
# Where the room goes when the account that runs the server cannot come into the home, as with root's.
ELSEWHERE = (Path("/var/lib"), Path("/var/tmp"))


@dataclass(frozen=True, slots=True)
class Room:
    """The folder of one server, and the home that it belongs to."""

    home: Path
    folder: Path

    @classmethod
    def of(cls, home: Path) -> Self:
        """The room of a home, made or not."""
        return cls(home, (home / "postgres").resolve())

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def users(self) -> Path:
        return self.folder / "users"

    @property
    def settings(self) -> Path:
        return self.folder / "postgresql.conf"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def clear(self) -> None:
        """Remove the room, and the home too if nothing else is in it."""
        remove(self.folder)
        remove(self.home / "postgres")
        (self.home / LOCK).unlink(missing_ok=True)
        with suppress(OSError):
            self.home.rmdir()

    def fresh_log(self, account: Account) -> Path:
        """An empty log for this start. The one before is kept."""
        if self.log.exists():
            self.log.replace(self.folder / "server.log.before")
        self.log.touch(mode=0o600)
        return account.given(self.log)

    def last_words(self) -> str:
        """The end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:]) if self.log.exists() else ""

    def open_socket_folder(self, account: Account) -> Path:
        """A private folder that suits a socket: in the room, else in a place with a short name that a link leads to."""
        inside = self.folder / "socket"
        folder = inside.resolve()
        if not (account.owns(folder) and _serves(folder)):
            self.close_socket_folder()
            if _serves(inside):
                folder = account.folder(inside)
            else:
                shelves = (Path(tempfile.gettempdir()), Path("/tmp"))
                shelf = next(one for one in shelves if account.can_enter(one) and _serves(one / "hourglass-12345678"))
                folder = account.given(Path(tempfile.mkdtemp(prefix="hourglass-", dir=shelf)))
                inside.symlink_to(folder)
        for left_over in folder.glob(f"{process.SOCKET}*"):
            left_over.unlink()
        return folder

    def close_socket_folder(self) -> None:
        """Remove the folder of the socket, and the link to it."""
        inside = self.folder / "socket"
        remove(inside.resolve())
        remove(inside)


def opened(home: Path, account: Account) -> Room:
    """The room of `home`, made if it is missing; a link to another place if the account cannot come into `home`."""
    place = home / "postgres"
    if not place.exists():
        remove(place)
        if account.can_enter(home):
            place.mkdir()
        else:
            shelf = next(shelf for shelf in ELSEWHERE if shelf.is_dir() and account.can_enter(shelf))
            place.symlink_to(tempfile.mkdtemp(prefix="hourglass-", dir=shelf))
        place.chmod(0o711)
    room = Room.of(home)
    if not account.can_enter(room.folder):
        raise OutOfReach(room.folder, account.uid)
    return room


def remove(path: Path) -> None:
    """Remove a link, or a folder with all that is in it, if it is there."""
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def _serves(folder: Path) -> bool:
    """Whether a socket in this folder has an address. Clients read a comma as the beginning of a second host."""
    return len(os.fsencode(folder / process.SOCKET)) <= LONGEST_SOCKET_PATH and "," not in str(folder)
