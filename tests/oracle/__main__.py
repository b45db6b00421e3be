"""`python -m tests.oracle 100000`: so many random documents, compiled and by graphql-core. Fails on any difference."""

import asyncio
import os
import sys
import time
from random import Random

from graphql import OperationType

from tests.oracle import core_toy
from tests.oracle.comparing import Oracle
from tests.oracle.writing import Writer


async def core(number: int, seed: int) -> Oracle:
    oracle = Oracle(core_toy.SCHEMA, dict)
    random = Random(seed)
    writer = Writer(core_toy.SCHEMA, random, kinds=(OperationType.QUERY, OperationType.QUERY, OperationType.MUTATION))
    for _ in range(number):
        core_toy.World.badness = random.choice([0.0, 0.0, 0.01, 0.05])
        core_toy.World.is_slow = random.random() < 0.25
        await oracle.compare(writer.document(), core_toy.root(random), exactly=not core_toy.World.is_slow)
    return oracle


async def main() -> None:
    number = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    t = time.time()
    oracle = await core(number, seed)
    print(oracle.report, f"{time.time() - t:.1f}s")
    for d in oracle.report.differences[:3]:
        print(d[:3000])
        print()


asyncio.run(main())
