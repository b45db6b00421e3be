"""The peers' packages, pinned, as `npm` installs them; with them comes the Node.js that runs the peers."""

import asyncio
import shutil
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
NODE = MODULES / ".bin" / "node"


class NoPeers(Exception):
    """The peers cannot be installed. The text says what is missing."""


async def install() -> None:
    """Install what `package-lock.json` pins, unless it is there. Raises NoPeers."""
    if await _is_installed():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise NoPeers("The peers need Node.js and npm. On Debian or Ubuntu: apt-get install npm")
    # The package `node` fetches the Node.js for this machine in a script of its own.
    process = await asyncio.create_subprocess_exec(
        *(npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"),
        cwd=HERE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    complaints = (await process.communicate())[1].decode(errors="replace").strip()
    if process.returncode != 0 or not await _is_installed():
        raise NoPeers(f"npm could not install the peers: {complaints or 'it left no Node.js behind'}")


async def _is_installed() -> bool:
    """Whether what npm noted when it was done is as young as what it was asked for, and Node.js runs."""
    noted, pinned = MODULES / ".package-lock.json", HERE / "package-lock.json"
    if not noted.exists() or noted.stat().st_mtime < pinned.stat().st_mtime or not NODE.exists():
        return False
    process = await asyncio.create_subprocess_exec(NODE, "--version", stdout=asyncio.subprocess.DEVNULL)
    return await process.wait() == 0
