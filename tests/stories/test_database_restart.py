"""PostgreSQL stops and comes back under load: the servers stay up, nothing is lost, and soon all goes on."""

from pathlib import Path

from tests.stories.outages import outages

GAP_SECONDS = 30.0
"""How soon after the database is back something must be written again, on any machine. `make kill` is stricter."""


async def test_neither_a_restart_nor_a_crash_of_the_database_loses_anything(home: Path):
    found = await outages(home, times=2, acknowledged_per_stop=150)
    print(found)
    assert found.is_clean, found
    assert max(found.gaps) <= GAP_SECONDS, found
