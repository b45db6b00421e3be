"""What comes along with items is what would be read of them by itself."""

import pytest

from community.access.policy import Actor
from community.content import queries
from community.content import service as content
from community.content.queries import ContentView
from community.database import counting_statements
from community.kernel import clock
from community.kernel.along import Along, Asking
from community.kernel.pages import PageRequest
from tests.community.content.files import a_medium, png
from tests.community.content.publications import a_reader, an_editor, an_item

pytestmark = pytest.mark.usefixtures("database", "media_folder")


async def test_what_came_along_is_what_would_be_read_and_costs_nothing_more() -> None:
    editor, reader = await an_editor(), await a_reader()
    topics = [await content.create_topic(editor, slug, {"en": slug}) for slug in ("walks", "food")]
    series = await content.create_series(editor, "weekends", {"en": "Weekends"})
    cover = await a_medium(editor, png())
    bare = await an_item(editor)
    full = await an_item(
        editor, topic_ids=[topic.id for topic in topics], series_id=series.id, series_position=1, cover_id=cover.id
    )
    await content.bookmark(reader, full.id)
    await content.report_progress(reader, full.id, percent=50, position=1, read_at=clock.now(), dwell_seconds=1)
    ids, now = [bare.id, full.id], clock.now()
    apart = [
        await queries.topics_by_ids(full.topic_ids),
        await queries.series_by_ids([series.id]),
        await queries.linked([cover.id], now),
        await queries.bookmarked_among(reader, ids),
        await queries.progress_of(reader, ids),
    ]
    assert all(apart)
    for along in await read_in_every_way(reader, full):
        with counting_statements() as counted:
            together = [
                await queries.topics_by_ids(full.topic_ids, along),
                await queries.series_by_ids([series.id], along),
                await queries.linked([cover.id], now, along),
                await queries.bookmarked_among(reader, [full.id], along),
                await queries.progress_of(reader, [full.id], along),
            ]
        assert together == apart
        assert counted.count == 0


async def read_in_every_way(reader: Actor, item: ContentView) -> list[Along]:
    """By its id, by its slug, in the list of all, among what the reader keeps."""
    along = [everything(reader) for _ in range(4)]
    await queries.items(reader, [item.id], along[0])
    await queries.item_by_slug(reader, item.slug, along[1])
    await queries.latest(reader, PageRequest(), along=along[2])
    await queries.bookmarked(reader, PageRequest(), along[3])
    return along


def everything(reader: Actor) -> Along:
    """All that can come along with an item."""
    assert reader.member_id
    company = queries.company(
        of_items=[queries.BOOKMARK, queries.PROGRESS],
        of_covers=[queries.MEDIA],
        of_series=[queries.SERIES],
        of_topics=[queries.TOPIC],
    )
    return Along(company, Asking(reader.member_id, clock.now()))
