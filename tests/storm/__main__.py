"""`python -m tests.storm`: 10,000 disconnects and 10,000 timeouts on a pool of 20. Fails unless the books balance."""

import asyncio
import sys

import asyncpg

from community import database
from community.settings import Settings
from tests.databases import databases
from tests.storm.weather import Report, Storm

NAME = "hourglass_storm"


async def main() -> Report:
    """Run the whole storm on a server of its own."""
    async with databases() as server:
        await server.drop(NAME)
        url = await server.copy(NAME)
        outsider = await asyncpg.connect(url)
        await database.connect(Settings(database_url=url, pool_size=20))
        try:
            return await Storm(disconnects=10_000, timeouts=10_000).blow(outsider)
        finally:
            await database.disconnect()
            await outsider.close()
            await server.drop(NAME)


if __name__ == "__main__":
    report = asyncio.run(main())
    print(report)
    sys.exit(not report.is_clean)
