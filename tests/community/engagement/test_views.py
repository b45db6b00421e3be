"""Views: once for each member, subject and local day; written in batches; none lost on an orderly stop."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from community import database
from community.engagement import recorder
from community.engagement.recorder import Recorder
from community.engagement.service import Showing, keep_views
from community.kernel import clock
from community.kernel.ids import new_id
from tests.community.engagement.happenings import id_of
from tests.deadlines import eventually
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


POST = "post"


async def kept() -> int:
    count: int = await database.fetch_value("select count(*) from engagement_view")
    return count


async def test_a_subject_is_kept_once_for_each_member_and_local_day(frozen_clock: datetime) -> None:
    mei, lin = await a_member(time_zone="Asia/Taipei"), await a_member(time_zone="America/New_York")
    post = new_id()
    evening, night = frozen_clock, frozen_clock + timedelta(hours=7)  # 17:30 and 00:30 in Taipei, 04:30 and 11:30 there
    views = [Showing(id_of(who), POST, [post], at) for who in (mei, lin) for at in (evening, evening, night)]
    assert await keep_views(views) == 3
    assert await keep_views(views) == 0


async def test_the_first_time_of_the_day_is_what_is_kept(frozen_clock: datetime) -> None:
    mei, post = await a_member(), new_id()
    await keep_views([Showing(id_of(mei), POST, [post], frozen_clock + timedelta(minutes=n)) for n in (5, 1, 3)])
    assert await database.fetch_value("select seen_at from engagement_view") == frozen_clock + timedelta(minutes=1)


async def test_views_of_who_is_no_member_are_left_out() -> None:
    assert await keep_views([Showing(new_id(), POST, [new_id()], clock.now())]) == 0


async def test_batches_that_overlap_in_any_order_do_not_get_in_each_others_way() -> None:
    people, posts = [await a_member() for _ in range(4)], [new_id() for _ in range(25)]
    now = clock.now()
    shown = [Showing(id_of(who), POST, posts, now) for who in people]
    backwards = [each._replace(subject_ids=posts[::-1]) for each in reversed(shown)]
    counts = await asyncio.gather(*(keep_views(shown if n % 2 else backwards) for n in range(6)))
    assert sum(counts) == await kept() == 100


async def test_two_statements_keep_any_number() -> None:
    mei = await a_member()
    with database.counting_statements() as counted:
        await keep_views([Showing(id_of(mei), POST, [new_id(), new_id()], clock.now()) for _ in range(250)])
    assert counted.count == 2


async def test_noting_is_written_a_moment_later_without_anybody_waiting() -> None:
    mei = await a_member()
    async with recorder.serving():
        recorder.note(id_of(mei), POST, [new_id(), new_id()], clock.now())
        assert await kept() == 0
        await eventually(lambda: _are_kept(2))


async def test_an_orderly_stop_loses_none() -> None:
    mei = await a_member()
    async with recorder.serving():
        recorder.note(id_of(mei), POST, [new_id() for _ in range(5_000)], clock.now())
    assert await kept() == 5_000


async def test_noting_where_nobody_writes_does_nothing() -> None:
    recorder.note(new_id(), POST, [new_id()], clock.now())
    assert await kept() == 0


async def test_while_the_database_is_away_views_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    mei, writer = await a_member(), Recorder()
    with monkeypatch.context() as away:
        away.setattr(recorder, "keep_views", _fail)
        writer.note(id_of(mei), POST, [new_id()], clock.now())
        await writer.flush()
    assert await kept() == 0
    await writer.flush()
    assert await kept() == 1


async def test_so_many_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MOST_WAITING", 3)
    monkeypatch.setattr(recorder, "BATCH", 1)
    mei, writer = await a_member(), Recorder()
    for count in (5, 1, 1):
        writer.note(id_of(mei), POST, [new_id() for _ in range(count)], clock.now())
    with database.counting_statements() as counted:
        await writer.flush()
    assert (await kept(), counted.count) == (3, 2)


async def test_the_same_view_noted_again_waits_once() -> None:
    mei, writer, post = await a_member(), Recorder(), new_id()
    for _ in range(100):
        writer.note(id_of(mei), POST, [post], clock.now())
    with database.counting_statements() as counted:
        await writer.flush()
    assert (await kept(), counted.count) == (1, 2)


async def test_what_was_seen_a_moment_ago_is_not_written_again() -> None:
    mei, writer, post, now = await a_member(), Recorder(), new_id(), clock.now().replace(minute=1)
    for at, statements in ((now, 2), (now + timedelta(minutes=5), 0), (now + timedelta(minutes=20), 2)):
        with database.counting_statements() as counted:
            writer.note(id_of(mei), POST, [post], at)
            await writer.flush()
        assert counted.count == statements
    assert await kept() == 1


async def _are_kept(count: int) -> bool:
    return await kept() == count


async def _fail(_: list[Showing]) -> int:
    raise ConnectionError(UUID(int=0))
