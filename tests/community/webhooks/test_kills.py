"""Workers killed in the middle of sending: nothing is missing, and what comes twice has the same id."""

from collections.abc import Awaitable, Callable

from tests.webhook_kills import ordeal


async def test_nothing_is_missing_after_workers_were_killed(fresh_database: Callable[[], Awaitable[str]]):
    outcome = await ordeal(await fresh_database(), kills=2, events_per_kill=40)
    assert outcome.events == 160
    assert (outcome.missing, outcome.out_of_order, outcome.forged) == (0, 0, 0), outcome
