"""The daily visit: once on each of the member's days, whatever zone they claim to be in."""

import asyncio
from datetime import UTC, datetime

import pytest

from community import database
from community.access.policy import ANONYMOUS
from community.engagement import service as engagement
from community.engagement.rules.windows import local_day
from community.kernel import clock
from community.kernel.errors import Unauthenticated
from community.members import service as members
from tests.community.engagement.happenings import balance, earned, later, refused
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_the_first_visit_of_a_day_earns_and_the_next_says_when_to_be_back(frozen_clock: datetime) -> None:
    mei = await a_member(time_zone="Asia/Taipei")
    assert earned(await engagement.visit(mei)) == {"visit": 5}
    with later(frozen_clock, hours=1):
        (told,) = (await engagement.visit(mei)).refused
    assert told.reason.until == datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert str(told.reason) == "The daily limit of 1 is reached. Back 2026-03-03 00:00 Asia/Taipei."
    assert (await balance(mei)).points == 5


async def test_the_day_is_the_members_own(frozen_clock: datetime) -> None:
    mei = await a_member(time_zone="Pacific/Auckland")  # 22:30 on the second of March
    await engagement.visit(mei)
    with later(frozen_clock, hours=1.4):
        assert refused(await engagement.visit(mei))
    with later(frozen_clock, hours=1.5):
        assert earned(await engagement.visit(mei)) == {"visit": 5}


async def test_a_zone_twelve_hours_away_at_midnight_does_not_pay_the_same_day_again() -> None:
    before_midnight = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)
    with clock.frozen(before_midnight):
        mei = await a_member(time_zone="Asia/Taipei")  # 23:59 on the second
        assert earned(await engagement.visit(mei))
    with later(before_midnight, minutes=1):
        assert earned(await engagement.visit(mei))  # 00:00 on the third
    with later(before_midnight, minutes=2):
        await members.change_time_zone(mei, "Pacific/Kiritimati")  # 06:01 on the third, in the east
        assert refused(await engagement.visit(mei)) == {"visit": "DAILY_LIMIT_REACHED"}
    with later(before_midnight, hours=18.1):  # 00:05 on the fourth there, 18:05 on the third at home
        (told,) = (await engagement.visit(mei)).refused
        assert told.reason.until == datetime(2026, 3, 3, 16, tzinfo=UTC)
    with clock.frozen(datetime(2026, 3, 3, 16, tzinfo=UTC)):
        assert earned(await engagement.visit(mei))


async def test_moving_west_does_not_pay_for_a_date_twice() -> None:
    with clock.frozen(datetime(2026, 3, 2, 16, 30, tzinfo=UTC)):
        mei = await a_member(time_zone="Asia/Taipei")  # 00:30 on the third
        assert earned(await engagement.visit(mei))
        await members.change_time_zone(mei, "America/Los_Angeles")  # 08:30 on the second
        assert refused(await engagement.visit(mei))
    with clock.frozen(datetime(2026, 3, 3, 20, tzinfo=UTC)):  # 12:00 on the third, once more
        (told,) = (await engagement.visit(mei)).refused
        assert told.reason.until == datetime(2026, 3, 4, 8, tzinfo=UTC)
    with clock.frozen(datetime(2026, 3, 4, 8, tzinfo=UTC)):
        assert earned(await engagement.visit(mei))


async def test_moving_around_the_world_never_pays_more_than_staying() -> None:
    zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Taipei", "America/New_York"]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with clock.frozen(start):
        mei = await a_member(time_zone="UTC")
    paid = 0
    for hour in range(0, 24 * 125, 6):
        with later(start, hours=hour):
            if hour % (24 * 31) == 0:
                await members.change_time_zone(mei, zones[hour // (24 * 31) % len(zones)])
            paid += bool((await engagement.visit(mei)).earned)
    assert paid <= 125 + 1


@pytest.mark.parametrize(
    ("zone", "eve"),
    [
        ("America/New_York", datetime(2026, 3, 7, 17, tzinfo=UTC)),
        ("Asia/Beirut", datetime(2026, 3, 28, 12, tzinfo=UTC)),
    ],
)
async def test_a_day_on_which_clocks_change_is_one_day(zone: str, eve: datetime) -> None:
    with clock.frozen(eve):
        mei = await a_member(time_zone=zone)
    days = []
    for hour in range(72):
        with later(eve, hours=hour):
            if (await engagement.visit(mei)).earned:
                days.append(local_day(clock.now(), zone))
    assert days == sorted(set(days))
    assert len(days) == 4


async def test_visits_at_once_pay_once() -> None:
    mei = await a_member()
    effects = await asyncio.gather(*(engagement.visit(mei) for _ in range(20)))
    assert sum(bool(each.earned) for each in effects) == 1
    assert (await balance(mei)).points == 5


async def test_only_a_visit_that_earned_something_is_kept(frozen_clock: datetime) -> None:
    mei = await a_member()
    for minute in range(5):
        with later(frozen_clock, minutes=minute):
            await engagement.visit(mei)
    assert await database.fetch_value("select count(*) from engagement_activity") == 1


async def test_a_stranger_cannot_visit() -> None:
    with pytest.raises(Unauthenticated):
        await engagement.visit(ANONYMOUS)
