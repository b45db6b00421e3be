"""The ledger does what its model does, under bursts, hang-ups and time. `make race` runs it for long."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.community.ledger.machine import machine
from tests.databases import Cleaner

FEW = settings(
    max_examples=25, stateful_step_count=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.usefixtures("database")
async def test_the_ledger_does_what_its_model_does(connected: Cleaner) -> None:
    loop = asyncio.get_running_loop()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    tried = machine(run, connected.empty)
    await asyncio.to_thread(run_state_machine_as_test, tried, settings=FEW)
    assert tried.steps >= FEW.max_examples
