"""A server killed with -9 under load has kept all that it acknowledged, once and whole."""

from collections.abc import Awaitable, Callable

from tests.kill import ordeal


async def test_nothing_acknowledged_is_lost_or_doubled_or_halved_by_a_kill(
    fresh_database: Callable[[], Awaitable[str]],
):
    outcome = await ordeal(await fresh_database(), kills=2, acknowledged_per_kill=150)
    assert outcome.books.balance, outcome
    assert outcome.repeated > 0, "no request was cut short: the kills proved nothing"
