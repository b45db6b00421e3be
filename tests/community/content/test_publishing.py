"""The life of an item: drafts that only editors find, revisions, the schedule, what readers see and from when on."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from community import database as db
from community.access.policy import ANONYMOUS
from community.content import errors, queries
from community.content import service as content
from community.content.jobs import announce_windows, publish_what_is_due
from community.content.rules.access import Terms
from community.content.rules.life import Status
from community.content.service import Draft
from community.kernel import clock
from community.kernel.errors import Forbidden, NotFound, Unauthenticated
from community.kernel.pages import PageRequest
from tests.announcements import announced
from tests.community.content.publications import a_draft, a_reader, an_editor, an_item, opening

pytestmark = pytest.mark.usefixtures("database")


async def test_a_draft_is_found_by_editors_and_by_nobody_else() -> None:
    editor = await an_editor()
    draft = await a_draft(editor)
    assert (await queries.item(editor, draft.id)).status is Status.DRAFT
    assert (await queries.items(await a_reader(), [draft.id])) == {}
    assert await queries.item_by_slug(ANONYMOUS, draft.slug) is None
    assert [fact["type"] for fact in await announced(draft.id)] == ["content.created"]


async def test_what_is_published_is_listed_and_what_is_edited_since_is_not_shown_yet() -> None:
    editor = await an_editor()
    item = await an_item(editor, "第一版")
    await content.edit(editor, item.id, Draft(title="新標題", body="第二版"), expected_revision=1)
    (shown,) = (await queries.latest(ANONYMOUS, PageRequest())).items
    assert (shown.title, shown.revision, shown.published_revision) == ("南湖的早晨", 2, 1)
    assert (await queries.bodies([shown]))[item.id].html == "<p>第一版</p>"
    again = await content.publish(editor, item.id, expected_revision=2)
    assert (again.title, again.published_at) == ("新標題", item.published_at)
    said = [fact for fact in await announced(item.id) if fact["type"] == "content.published"]
    assert [(fact["revision"], fact["is_first"]) for fact in said] == [(1, True), (2, False)]


async def test_an_edit_names_the_revision_it_was_made_from_and_of_two_at_once_one_is_told() -> None:
    editor = await an_editor()
    draft = await a_draft(editor)
    results = await asyncio.gather(
        *(content.edit(editor, draft.id, Draft(title=title), expected_revision=1) for title in ("甲", "乙")),
        return_exceptions=True,
    )
    (conflict,) = [each for each in results if isinstance(each, BaseException)]
    assert isinstance(conflict, errors.RevisionConflict)
    assert (conflict.expected, conflict.current) == (1, 2)


async def test_an_earlier_revision_comes_back_as_the_next_one_and_may_be_published_by_its_number() -> None:
    editor = await an_editor()
    item = await an_item(editor, "第一版")
    await content.edit(editor, item.id, Draft(title="標題", body="第二版"), expected_revision=1)
    reverted = await content.revert(editor, item.id, 1, expected_revision=2)
    assert reverted.revision == 3
    (page,) = await queries.revisions_of(editor, [item.id], PageRequest())
    assert page
    assert [(each.number, each.body) for each in page.items] == [(3, "第一版"), (2, "第二版"), (1, "第一版")]
    await content.publish(editor, item.id, expected_revision=3, number=2)
    assert (await queries.item(ANONYMOUS, item.id)).title == "標題"
    with pytest.raises(NotFound):
        await content.revert(editor, item.id, 99, expected_revision=3)


async def test_a_revision_is_never_changed_and_never_shown_to_readers() -> None:
    editor = await an_editor()
    item = await an_item(editor)
    (page,) = await queries.revisions_of(await a_reader("vip"), [item.id], PageRequest())
    assert page is None
    revision_id = await db.fetch_value("select id from content_revision where item_id = $1", item.id)
    assert await queries.revisions_by_ids(ANONYMOUS, [revision_id]) == {}
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await _rewrite(item.id)


@db.transaction()
async def _rewrite(item_id: UUID) -> None:
    await db.execute("update content_revision set body = 'x' where item_id = $1", item_id)


async def test_what_is_scheduled_is_published_by_itself_with_the_revision_that_was_scheduled(
    frozen_clock: datetime,
) -> None:
    editor = await an_editor()
    draft = await a_draft(editor, "排定")
    at = frozen_clock + timedelta(hours=2)
    scheduled = await content.schedule(editor, draft.id, at, expected_revision=1)
    assert (scheduled.status, scheduled.publish_at) == (Status.SCHEDULED, at)
    await content.edit(editor, draft.id, Draft(title="之後", body="之後才寫"), expected_revision=1)
    with clock.frozen(at - timedelta(seconds=1)):
        await publish_what_is_due.work()
    assert await queries.items(ANONYMOUS, [draft.id]) == {}
    with clock.frozen(at):
        await publish_what_is_due.work()
        await publish_what_is_due.work()
    shown = await queries.item(ANONYMOUS, draft.id)
    assert (shown.published_revision, shown.publish_at) == (1, None)
    assert [fact["type"] for fact in await announced(draft.id)].count("content.published") == 1


async def test_a_schedule_lies_in_the_future_and_can_be_taken_back(frozen_clock: datetime) -> None:
    editor = await an_editor()
    draft = await a_draft(editor)
    with pytest.raises(errors.ScheduleInPast):
        await content.schedule(editor, draft.id, frozen_clock, expected_revision=1)
    await content.schedule(editor, draft.id, frozen_clock + timedelta(hours=1), expected_revision=1)
    assert (await content.unschedule(editor, draft.id, expected_revision=1)).status is Status.DRAFT
    with clock.frozen(frozen_clock + timedelta(hours=2)):
        assert await content.publish_due() == 0


async def test_what_is_archived_is_gone_for_readers_and_comes_back_as_a_draft() -> None:
    editor = await an_editor()
    item = await an_item(editor)
    await content.archive(editor, item.id, expected_revision=1)
    assert (await content.archive(editor, item.id, expected_revision=1)).status is Status.ARCHIVED
    assert (await queries.latest(ANONYMOUS, PageRequest())).items == []
    with pytest.raises(errors.ContentArchived):
        await content.edit(editor, item.id, Draft(title="x"), expected_revision=1)
    with pytest.raises(errors.ContentArchived):
        await content.publish(editor, item.id, expected_revision=1)
    back = await content.revert(editor, item.id, 1, expected_revision=1)
    assert (back.status, back.published_at) == (Status.DRAFT, None)
    types = [fact["type"] for fact in await announced(item.id)]
    assert types.count("content.archived") == 1


async def test_a_window_is_announced_once_when_it_opened(frozen_clock: datetime) -> None:
    editor = await an_editor()
    tomorrow = frozen_clock + timedelta(days=1)
    item = await an_item(editor, terms=Terms(windows=(opening(frozen_clock, "vip"), opening(tomorrow, "gold"))))
    await announce_windows.work()
    with clock.frozen(tomorrow):
        await announce_windows.work()
        await announce_windows.work()
        await content.edit(editor, item.id, Draft(title="同樣的時間", terms=item.terms), expected_revision=1)
        await content.publish(editor, item.id, expected_revision=2)
        await announce_windows.work()
    opened = [fact["tier"] for fact in await announced(item.id) if fact["type"] == "content.window_opened"]
    assert opened == ["gold"], "what was open at publishing was said by the publishing"


async def test_only_editors_write_and_publish() -> None:
    reader, item = await a_reader(), await an_item(await an_editor())
    with pytest.raises(Unauthenticated):
        await a_draft(ANONYMOUS)
    with pytest.raises(Forbidden):
        await a_draft(reader)
    for verb in (content.publish, content.archive, content.unschedule):
        with pytest.raises(Forbidden):
            await verb(reader, item.id, expected_revision=1)


async def test_a_slug_is_made_of_the_title_and_only_one_that_was_chosen_can_be_taken() -> None:
    editor = await an_editor()
    first, second = await a_draft(editor), await a_draft(editor)
    assert first.slug == "南湖的早晨"
    assert second.slug.startswith("南湖的早晨-")
    with pytest.raises(errors.SlugTaken):
        await a_draft(editor, slug="南湖的早晨")


async def test_what_a_draft_names_has_to_be_there() -> None:
    editor = await an_editor()
    missing = (await a_draft(editor)).id
    for draft, error in (
        ({"topic_ids": [missing]}, NotFound),
        ({"series_id": missing}, NotFound),
        ({"cover_id": missing}, errors.MediaMissing),
        ({"media_ids": [missing]}, errors.MediaMissing),
        ({"body": f"![x](media:{missing})"}, errors.MediaMissing),
        ({"body": "::: gate tier=platinum\nx\n:::"}, errors.UnknownGate),
        ({"body": "::: gate feature=nothing.like.that\nx\n:::"}, errors.UnknownGate),
        ({"title": " \u200b "}, errors.TextMissing),
        ({"body": "x" * 10_000_000}, errors.BodyTooLong),
    ):
        with pytest.raises(error):
            await a_draft(editor, **draft)
