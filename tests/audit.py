"""`make audit`: the server as it runs, checked by the npm package graphql-http itself."""

import asyncio
import shutil
import sys
import tempfile

from tests.databases import RUN, databases
from tests.servers import serving

PACKAGES = ("graphql-http@1.23.1", "graphql@16")

SCRIPT = """
import { auditServer } from 'graphql-http';
const results = await auditServer({ url: process.argv.at(-1) });
const failed = results.filter(({ status }) => status !== 'ok');
for (const { status, id, name, reason } of failed) console.log(status, id, name, reason);
console.log(`${results.length - failed.length} of ${results.length} checks pass`);
process.exit(failed.length ? 1 : 0);
"""


async def main() -> int:
    """Start a server on a fresh database, check it, stop it. Returns the exit code of the checks."""
    if not shutil.which("npm"):
        print("The audit needs Node.js and npm.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        await command("npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES, folder=folder)
        async with databases() as found, serving(await found.copy(f"hourglass_audit_{RUN}")) as server:
            return await command("node", "--input-type=module", "--eval", SCRIPT, server.url, folder=folder)


async def command(*words: str, folder: str) -> int:
    """Run a program in a folder and return its exit code."""
    process = await asyncio.create_subprocess_exec(*words, cwd=folder)
    return await process.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
