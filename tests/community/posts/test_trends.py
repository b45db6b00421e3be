"""What trends: what is used more than usual, not what is always used; and the history of both."""

from datetime import UTC, datetime, timedelta

import pytest

from community.access.policy import Actor
from community.kernel import clock
from community.kernel.errors import BadInput
from community.posts import queries
from community.posts import service as posts
from community.posts.rules.hashtags import hashtag_id
from community.posts.rules.trends import Period, Trend
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)


async def use(tag: str, members: list[Actor], at: datetime) -> None:
    """These members write about something at that time."""
    with clock.frozen(at):
        for member in members:
            await posts.write(member, f"{at:%d %H:%M} #{tag}")


async def trending(period: Period, until: datetime = NOW) -> list[str]:
    return [each.hashtag.name for each in await queries.trends(period, until, 10)]


async def test_what_more_use_than_usual_trends_and_what_is_always_used_does_not() -> None:
    members = [await a_member() for _ in range(4)]
    for days in range(1, 29):
        await use("早餐", members, NOW - timedelta(days=days))
    await use("早餐", members, NOW)
    await use("颱風", members, NOW - timedelta(minutes=10))
    await use("兩個人", members[:2], NOW)
    await use("一個人", members[:1] * 6, NOW)
    await posts.chart(NOW - timedelta(days=40))
    assert await trending(Period.DAY) == ["颱風"]
    (found,) = await queries.trends(Period.DAY, NOW, 1)
    assert (found.trend.current, found.trend.expected, found.trend.score) == (4, 0.0, 4.0)
    assert await trending(Period.DAY, NOW - timedelta(days=27)) == ["早餐"], "once it was new"
    assert set(await trending(Period.HOUR)) == {"颱風", "早餐"}, "nobody has had breakfast at this hour for a day"


@pytest.mark.parametrize("until", [datetime.min, datetime.max])
async def test_nothing_trends_at_the_ends_of_the_calendar(until: datetime) -> None:
    assert await trending(Period.DAY, until.replace(tzinfo=UTC)) == []


async def test_the_history_has_a_step_for_each_hour_or_day_also_where_nothing_was() -> None:
    members = [await a_member() for _ in range(2)]
    await use("早餐", members, NOW - timedelta(hours=2))
    await use("早餐", [*members, members[0]], NOW)
    await posts.chart(NOW - timedelta(days=2))
    ids = [hashtag_id("早餐"), hashtag_id("午餐")]
    used, unused = await queries.histories(ids, Period.HOUR, NOW, 3)
    assert [(step.posts, step.members) for step in used] == [(2, 2), (0, 0), (3, 2)]
    assert [step.starts_at.hour for step in used] == [10, 11, 12]
    assert {step.posts for step in unused} == {0}
    ((day, today),) = await queries.histories(ids[:1], Period.DAY, NOW, 2)
    assert (day.posts, today.posts, today.members) == (0, 5, 4)


async def test_charting_again_changes_nothing_and_forgets_what_was_removed() -> None:
    mei = await a_member()
    with clock.frozen(NOW):
        post = await posts.write(mei, "今天 #早餐")
        await posts.write(mei, "再一次 #早餐")
    assert await posts.chart(NOW) == await posts.chart(NOW) == 1
    await posts.remove(mei, post.id)
    await posts.chart(NOW)
    ((step,),) = await queries.histories([hashtag_id("早餐")], Period.HOUR, NOW, 1)
    assert step.posts == 1


@pytest.mark.parametrize("most", [0, 51, -1])
async def test_there_is_an_end_to_what_can_be_asked(most: int) -> None:
    with pytest.raises(BadInput):
        await queries.trends(Period.DAY, NOW, most)
    with pytest.raises(BadInput):
        await queries.histories([], Period.DAY, NOW, 367 if most > 0 else most)


def test_two_people_are_no_trend_and_more_than_usual_has_to_be_much_more() -> None:
    assert not Trend(current=2, expected=0).is_one
    assert Trend(current=3, expected=0).is_one
    assert not Trend(current=110, expected=100).is_one
    assert Trend(current=125, expected=100).is_one
