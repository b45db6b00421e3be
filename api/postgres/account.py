"""The account that runs the server. PostgreSQL refuses to be root; for everybody else it is the program's own user."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from api.postgres.errors import Failed, NoAccount

PREFERRED = ("postgres", "_postgres", "nobody")
# Nothing of our environment (keys, tokens, PGHOST …) reaches the server.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group. `borrowed`: we are root and must change to it."""

    uid: int
    gid: int
    borrowed: bool

    def run(self, *command: str | Path, what: str) -> None:
        """Run one of PostgreSQL's programs to its end, out of reach of the terminal's Ctrl-C. Raises Failed."""
        done = subprocess.run(
            command,
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            umask=0o077,
            user=self.uid if self.borrowed else None,
            group=self.gid if self.borrowed else None,
            extra_groups=[] if self.borrowed else None,
        )
        if done.returncode:
            raise Failed(what, done.stdout)

    def given(self, path: Path) -> Path:
        """The path, now owned by the account."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)
        return path

    def folder(self, path: Path) -> Path:
        """A folder that only the account may enter, made if it is missing."""
        path.mkdir(mode=0o700, exist_ok=True)
        return self.given(path)

    def owns(self, folder: Path) -> bool:
        """Whether it is a folder of the account's, closed to everybody else."""
        status = folder.lstat() if folder.is_dir() and not folder.is_symlink() else None
        return status is not None and status.st_uid == self.uid and not status.st_mode & 0o077

    def can_enter(self, folder: Path) -> bool:
        """Whether the account may pass through every folder down to this one."""
        folder = folder.resolve()
        return not self.borrowed or all(self._may_search(step.stat()) for step in (folder, *folder.parents))

    def _may_search(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        return bool(status.st_mode & (0o010 if status.st_gid == self.gid else 0o001))


def account_for(data: Path) -> Account:
    """Ourselves; for root the owner of the data, else a well-known account without rights."""
    if os.geteuid():
        return Account(os.geteuid(), os.getegid(), borrowed=False)
    if data.is_dir() and (owner := data.stat()).st_uid:
        return Account(owner.st_uid, owner.st_gid, borrowed=True)
    accounts = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid}
    for name in (*PREFERRED, *accounts):
        if entry := accounts.get(name):
            return Account(entry.pw_uid, entry.pw_gid, borrowed=True)
    raise NoAccount
