"""`python -m tests.storm`: 10,000 disconnects and 10,000 timeouts on a pool of 20. Fails unless the books balance."""

import asyncio
import sys

import asyncpg

from community import database
from community.settings import Settings
from tests.databases import Databases, databases
from tests.storm import doors, weather

NAME = "hourglass_storm"


async def main() -> bool:
    """Run both storms on a server of their own, print their figures, and return whether they are clean."""
    async with databases() as server:
        storm = await verbs(server)
        print(storm)
        slammed = await server_doors(server)
        print(slammed)
    return storm.is_clean and slammed.is_clean


async def verbs(server: Databases) -> weather.Report:
    """Tasks that call verbs in this process."""
    url = await server.copy(NAME)
    outsider = await asyncpg.connect(url)
    await database.connect(Settings(database_url=url, pool_size=20))
    try:
        return await weather.Storm(disconnects=10_000, timeouts=10_000).blow(outsider)
    finally:
        await database.disconnect()
        await outsider.close()
        await server.drop(NAME)


async def server_doors(server: Databases) -> doors.Report:
    """Clients of a server in a process of its own."""
    url = await server.copy(NAME)
    try:
        return await doors.slam(url, clients=12, hang_ups=1_000, sockets=500)
    finally:
        await server.drop(NAME)


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
