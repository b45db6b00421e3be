"""`python -m tests.oracle 100000`: so many random documents, compiled and by graphql-core. Fails on any difference.

Nine of ten are for the toy schemas, one is for our own. A second number chooses other documents.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from community import database
from community.settings import Settings
from tests.databases import databases
from tests.operations.world import a_world
from tests.oracle.comparing import Report
from tests.oracle.ours import Ours
from tests.oracle.toys import CoreToy, StrawberryToy

STEP = 1_000
"""How many documents between two lines about what was compared so far."""


@asynccontextmanager
async def a_database() -> AsyncIterator[None]:
    """One of our own, connected and migrated."""
    async with databases() as server:
        await database.connect(Settings(database_url=await server.copy("hourglass_oracle"), pool_size=5))
        try:
            yield
        finally:
            await database.disconnect()
            await server.drop("hourglass_oracle")


async def main(number: int, seed: int) -> bool:
    """Compare, print what came of it, and return whether there was no difference."""
    random, began = Random(seed), time.monotonic()
    async with a_database():
        compared = {
            "graphql-core's toy": CoreToy(random),
            "Strawberry's toy": StrawberryToy(random),
            "our own graph": Ours(await a_world(), random),
        }
        shares = dict(zip(compared, (0.45, 0.45, 0.1), strict=True))
        for _ in range(0, number, STEP):
            for name, each in compared.items():
                await each.compare(round(min(STEP, number) * shares[name]))
            _tell({name: each.oracle.report for name, each in compared.items()}, time.monotonic() - began)
    differences = [text for each in compared.values() for text in each.oracle.report.differences]
    print(*differences[:5], sep="\n\n")
    return not differences


def _tell(reports: dict[str, Report], seconds: float) -> None:
    total = sum(report.documents for report in reports.values())
    print(f"{total:,} documents in {seconds:,.0f} s, load {os.getloadavg()[0]:.1f}")
    for name, report in reports.items():
        print(f"  {name}: {report}", flush=True)


if __name__ == "__main__":
    os.environ |= {"HOURGLASS_PASSWORD_ROUNDS": "1", "HOURGLASS_PASSWORD_MEMORY_KIB": "32"}
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(not asyncio.run(main(*(arguments + [10_000, 1][len(arguments) :]))))
