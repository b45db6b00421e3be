"""What readers do: unlock, read, finish, keep for later; what they find and what is recommended to them."""

import asyncio
from datetime import datetime, timedelta

import pytest

from community import database as db
from community.access.policy import ANONYMOUS, Actor
from community.content import errors, queries
from community.content import service as content
from community.content.queries import Because
from community.content.queries.items import COLUMNS, ContentView, views
from community.content.queries.recommendations import open_to
from community.content.rules.access import OfferKind, Reason, Terms, Viewer, own_feature
from community.content.service import Draft
from community.database import Question
from community.entitlements import queries as entitlements
from community.kernel import clock, ids
from community.kernel.errors import NotFound, Unauthenticated
from community.kernel.pages import PageRequest
from community.ledger import queries as ledger_queries
from community.ledger import service as ledger
from community.ledger.errors import InsufficientPoints
from community.ledger.rules.transfers import Cause, Currency
from tests.announcements import announced
from tests.community.content.publications import (
    MEMBERS_ONLY,
    a_draft,
    a_reader,
    an_editor,
    an_item,
    asks_for_feature,
    asks_for_points,
    asks_for_tier,
    opening,
)

pytestmark = pytest.mark.usefixtures("database")
PAGE = PageRequest()


async def rich(points: int = 100, tier: str | None = None) -> Actor:
    """A reader with points to spend."""
    reader = await a_reader(tier)
    assert reader.member_id
    await ledger.award(reader.member_id, Currency.POINTS, points, Cause("test", str(ids.new_id())))
    return reader


async def points_of(reader: Actor) -> int:
    assert reader.member_id
    return (await ledger_queries.balances_of([reader.member_id], clock.now()))[reader.member_id].points


async def test_points_open_an_item_once_for_good_and_at_once_from_several_sides_too() -> None:
    item, reader = await an_item(await an_editor(), terms=asks_for_points(30)), await rich()
    before = await queries.item(reader, item.id)
    assert (before.access.reason, before.access.offers[0].kind) == (Reason.LOCKED, OfferKind.SPEND_POINTS)
    await asyncio.gather(*(content.unlock(reader, item.id) for _ in range(4)))
    after = await queries.item(reader, item.id)
    assert after.access.reason is Reason.UNLOCKED
    assert "祕密" in (await queries.bodies([after]))[item.id].html
    assert await points_of(reader) == 70
    assert reader.member_id
    assert await entitlements.can(reader.member_id, own_feature(item.id))
    assert [fact["type"] for fact in await announced(item.id)].count("content.unlocked") == 1


async def test_nothing_is_taken_for_what_stays_closed(frozen_clock: datetime) -> None:
    editor, reader = await an_editor(), await rich(20)
    free = await an_item(editor)
    over = opening(frozen_clock - timedelta(days=2), until=frozen_clock - timedelta(days=1))
    for terms in (asks_for_points(5, over), asks_for_points(5, opening(frozen_clock, "vip"))):
        with pytest.raises(errors.NothingToUnlock):
            await content.unlock(reader, (await an_item(editor, terms=terms)).id)
    with pytest.raises(errors.NothingToUnlock):
        await content.unlock(reader, free.id)
    with pytest.raises(InsufficientPoints):
        await content.unlock(reader, (await an_item(editor, terms=asks_for_points(21))).id)
    with pytest.raises(NotFound):
        await content.unlock(reader, (await a_draft(editor, terms=asks_for_points(1))).id)
    with pytest.raises(Unauthenticated):
        await content.unlock(ANONYMOUS, free.id)
    assert await points_of(reader) == 20


async def test_reading_earns_once_and_finishing_is_said_once(frozen_clock: datetime) -> None:
    item, reader = await an_item(await an_editor()), await a_reader()
    first = await content.report_progress(
        reader, item.id, percent=40, position=7, read_at=frozen_clock, dwell_seconds=30
    )
    assert [earned.rule for earned in first.effects.earned] == ["view"]
    for minute in (1, 2):
        done = await content.report_progress(
            reader, item.id, percent=100, position=9, read_at=frozen_clock + timedelta(minutes=minute), dwell_seconds=30
        )
        assert done.effects.earned == []
    assert done.progress.completed_at == frozen_clock
    assert [fact["type"] for fact in await announced(item.id)].count("content.completed") == 1


async def test_of_two_devices_the_later_reading_counts_whichever_reports_last(frozen_clock: datetime) -> None:
    item, reader = await an_item(await an_editor()), await a_reader()
    for minutes, percent in ((-1, 60), (-30, 20), (60, 80)):
        reading = await content.report_progress(
            reader,
            item.id,
            percent=percent,
            position=percent,
            read_at=frozen_clock + timedelta(minutes=minutes),
            dwell_seconds=0,
        )
    assert (reading.progress.percent, reading.progress.read_at) == (80, frozen_clock), "no device is ahead of time"


async def test_what_is_closed_cannot_be_read_and_a_window_may_close_meanwhile(frozen_clock: datetime) -> None:
    item = await an_item(
        await an_editor(), terms=Terms(windows=(opening(frozen_clock, until=frozen_clock + timedelta(hours=1)),))
    )
    reader = await a_reader()
    looked = await queries.item(reader, item.id)
    with clock.frozen(frozen_clock + timedelta(hours=1)):
        assert "祕密" in (await queries.bodies([looked]))[item.id].html, "one answer is given at one instant"
        assert "祕密" not in (await queries.bodies([await queries.item(reader, item.id)]))[item.id].html
        with pytest.raises(errors.ContentClosed):
            await content.report_progress(reader, item.id, percent=1, position=1, read_at=clock.now(), dwell_seconds=1)


async def test_what_was_closed_between_finding_it_and_reading_it_is_not_shown() -> None:
    editor = await an_editor()
    item = await an_item(editor, "公開")
    looked = await queries.item(ANONYMOUS, item.id)
    await content.edit(editor, item.id, Draft(title="x", body="祕密", terms=MEMBERS_ONLY), expected_revision=1)
    await content.publish(editor, item.id, expected_revision=2)
    assert "祕密" not in (await queries.bodies([looked]))[item.id].html


async def test_a_bookmark_is_kept_once_and_what_was_archived_is_not_shown() -> None:
    editor, reader = await an_editor(), await a_reader()
    items = [await an_item(editor) for _ in range(3)]
    for item in (*items, items[0]):
        await content.bookmark(reader, item.id)
    await content.archive(editor, items[1].id, expected_revision=1)
    assert [item.id for item in (await queries.bookmarked(reader, PAGE)).items] == [items[2].id, items[0].id]
    for _ in range(2):
        await content.unbookmark(reader, items[2].id)
    assert await queries.bookmarked_among(reader, [item.id for item in items]) == {items[0].id, items[1].id}
    types = [fact["type"] for fact in await announced(items[2].id)]
    assert (types.count("content.bookmarked"), types.count("content.unbookmarked")) == (1, 1)


async def test_search_knows_titles_summaries_and_previews_in_chinese_too_and_nothing_else() -> None:
    item = await an_item(await an_editor(), "湖邊的咖啡\n\n::: wall\n\n祕密的地圖", terms=MEMBERS_ONLY)
    reader = await a_reader("vip")
    assert [found.id for found in (await queries.matching(reader, "咖啡", PAGE)).items] == [item.id]
    assert [found.id for found in (await queries.matching(reader, "南湖", PAGE)).items] == [item.id]
    assert (await queries.matching(reader, "地圖", PAGE)).items == []


async def test_lists_go_on_where_a_page_ended() -> None:
    editor = await an_editor()
    topic = await content.create_topic(editor, "tea", {"en": "Tea"})
    series = await content.create_series(editor, "walks", {"en": "Walks"})
    made = [
        await an_item(editor, topic_ids=[topic.id], series_id=series.id, series_position=9 - number)
        for number in range(5)
    ]
    newest = [item.id for item in reversed(made)]
    first = await queries.latest(ANONYMOUS, PageRequest(size=3))
    rest = PageRequest.of(first=3, after=first.cursors[-1], shape=queries.LATEST_SHAPE)
    assert [item.id for item in (*first.items, *(await queries.latest(ANONYMOUS, rest)).items)] == newest
    (about,) = await queries.in_topics(ANONYMOUS, [topic.id], rest)
    assert [item.id for item in about.items] == newest[3:]
    (ordered,) = await queries.in_series(ANONYMOUS, [series.id], PAGE)
    assert [item.id for item in ordered.items] == newest, "positions count backward here"
    (near,) = await queries.related([await queries.item(ANONYMOUS, made[0].id)], 2)
    assert [item.id for item in near] == newest[:2]


async def test_recommendations_say_why_and_leave_out_what_is_known_or_closed() -> None:
    editor, reader, other = await an_editor(), await a_reader("gold"), await a_reader("gold")
    tea, walks = [await content.create_topic(editor, slug, {"en": slug}) for slug in ("tea", "walks")]
    read = await an_item(editor, topic_ids=[walks.id])
    alike, subscribed = await an_item(editor, topic_ids=[walks.id]), await an_item(editor, topic_ids=[tea.id])
    popular = await an_item(editor)
    await an_item(editor, topic_ids=[tea.id], terms=asks_for_tier("vip"))
    await content.subscribe(reader, tea.id)
    for somebody, item in ((reader, read), (other, popular)):
        await content.report_progress(somebody, item.id, percent=50, position=1, read_at=clock.now(), dwell_seconds=1)
    found = (await queries.recommended(reader, PAGE)).items
    assert [(each.item.id, each.because) for each in found] == [
        (subscribed.id, Because.TOPIC_YOU_FOLLOW),
        (alike.id, Because.LIKE_WHAT_YOU_READ),
        (popular.id, Because.POPULAR_ON_YOUR_TIER),
    ]
    assert [(each.topic_id, each.read_id, each.tier) for each in found] == [
        (tea.id, None, None),
        (None, read.id, None),
        (None, None, "gold"),
    ]
    await content.choose_recommendations(reader, recommends=False)
    assert {each.because for each in (await queries.recommended(reader, PAGE)).items} == {Because.LATEST}
    assert not await queries.wants_recommendations(reader)


async def test_what_the_database_takes_for_open_is_what_the_rule_says(frozen_clock: datetime) -> None:
    editor, now, day = await an_editor(), frozen_clock, timedelta(days=1)
    all_windows = (
        (),
        (opening(now, "vip"), opening(now + day, "gold"), opening(now + 7 * day)),
        (opening(now - 2 * day, until=now),),
        (opening(now - day, "silver", until=now + day),),
    )
    requirements = [Terms(), MEMBERS_ONLY, asks_for_tier("gold"), asks_for_feature("lounge"), asks_for_points(5)]
    for windows in all_windows:
        for terms in requirements:
            await an_item(editor, terms=Terms(requirement=terms.requirement, windows=windows))
    rows = await db.fetch(f"select {COLUMNS} from content_item i")
    assert len(rows) == 20
    own = {own_feature(row["id"]) for row in rows[::2]}
    for instant in (now, now + day, now + 8 * day):
        for tiers in ((), ("member",), ("member", "silver", "gold"), ("member", "silver", "gold", "vip")):
            viewer = Viewer(
                now=instant,
                member_id=editor.member_id if tiers else None,
                tiers=frozenset(tiers),
                rights=frozenset(own | {"lounge"}) if len(tiers) > 1 else frozenset(),
                is_known=True,
            )
            question = Question()
            open_to(question, viewer)
            found = await db.fetch(f"select i.id from content_item i where {question.met}", *question.arguments)
            decided = {row["id"] for row in rows if ContentView.of(row, viewer).access.granted}
            assert {row["id"] for row in found} == decided


async def test_a_list_of_many_costs_as_many_statements_as_a_list_of_one() -> None:
    editor, reader = await an_editor(), await a_reader("gold")
    for _ in range(6):
        await an_item(editor, "一\n::: gate tier=gold\n二\n:::", terms=asks_for_points(5))
    rows = await db.fetch(f"select {COLUMNS} from content_item i")
    with db.counting_statements() as for_one:
        await queries.bodies(await views(reader, rows[:1]))
    with db.counting_statements() as for_all:
        await queries.bodies(await views(reader, rows))
    assert for_one.count == for_all.count <= 5
