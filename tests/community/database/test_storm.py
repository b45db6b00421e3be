"""A small storm in every run; `make storm` is the whole one."""

from collections.abc import Awaitable, Callable

import asyncpg

from tests.community.database.conftest import Connect
from tests.storm import doors
from tests.storm.journal import Told
from tests.storm.weather import Storm


async def test_hundreds_of_callers_who_leave_lose_nothing_and_leave_nothing(
    connect: Connect, outsider: asyncpg.Connection
) -> None:
    await connect(pool_size=20)

    report = await Storm(disconnects=300, timeouts=300).blow(outsider)

    assert report.is_clean, str(report)
    assert report.journal.count(Told.LEFT) >= 300
    assert report.journal.count(Told.LATE) >= 300
    assert report.journal.cut_short(Told.LEFT, begun=True) > 0
    assert report.books.finished_alone > 0


async def test_clients_who_slam_the_doors_of_a_server_lose_nothing_and_leave_nothing(
    fresh_database: Callable[[], Awaitable[str]],
) -> None:
    report = await doors.slam(await fresh_database(), clients=4, hang_ups=40, sockets=20)

    assert report.is_clean, str(report)
    assert report.hang_ups >= 40
    assert report.dropped_sockets >= 20
