"""`make race`: the ledger's long figures. Fails unless every one of them is what it must be.

200 spends of 10 at once from 100; one key raced 10,000 times; the model test at full length.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Coroutine
from functools import partial
from typing import Any

import structlog
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from community import database
from community.ledger import service as ledger
from community.ledger.errors import InsufficientPoints
from community.settings import Settings
from tests.community.ledger.awards import a_cause, balance, crowd, give, somebody, spend
from tests.community.ledger.machine import machine
from tests.databases import Cleaner, databases

NAME = f"hourglass_race_{os.getpid()}"
EXAMPLES = int(os.environ.get("EXAMPLES", "2000"))
STEPS = int(os.environ.get("STEPS", "50"))
RACERS = 10_000
AT_ONCE = 100


async def spends() -> bool:
    """200 spends of 10 from 100."""
    member = somebody()
    await give(member, 100)
    results = await crowd([partial(spend, member, 10)] * 200)
    refused = sum(isinstance(result, InsufficientPoints) for result in results)
    left = (await balance(member)).points
    print(f"200 spends of 10 from 100 at once: {len(results) - refused} succeeded, {refused} refused, {left} left")
    return (refused, left) == (190, 0)


async def one_key() -> bool:
    """The same award and the same spend, again and again, many at once."""
    member, earning, spending = somebody(), a_cause(), a_cause("redemption")
    await give(member, 100)
    ids: set[object] = set()
    both = [partial(give, member, 7, cause=earning), partial(spend, member, 10, spending)]
    for _ in range(RACERS // AT_ONCE):
        ids |= {transfer.id for transfer in await crowd(both * AT_ONCE)}
    left = (await balance(member)).points
    print(f"an award and a spend under one key, each raced {RACERS:,} times: {len(ids)} effects, {left} of 97 left")
    return (len(ids), left) == (2, 97)


async def model(cleaner: Cleaner) -> bool:
    """The ledger against its model."""
    loop = asyncio.get_running_loop()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    tried = machine(run, cleaner.empty)
    long = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    began = time.monotonic()
    await asyncio.to_thread(run_state_machine_as_test, tried, settings=long)
    took = time.monotonic() - began
    print(f"model: {EXAMPLES:,} examples of up to {STEPS} steps, {tried.steps:,} in all, {took:.0f} s: no difference")
    return True


async def main() -> bool:
    """Everything on a server of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    async with databases() as server:
        url = await server.copy(NAME)
        cleaner = await Cleaner.of(url)
        await database.connect(Settings(database_url=url, pool_size=20))
        try:
            results = [await spends(), await one_key()]
            report = await ledger.reconcile()
            print(f"reconcile: {report.transfers} transfers, {'clean' if report.is_clean else report.broken}")
            return all([*results, report.is_clean, await model(cleaner)])
        finally:
            await database.disconnect()
            await cleaner.close()
            await server.drop(NAME)


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
