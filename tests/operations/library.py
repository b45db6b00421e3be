"""What there is to read in the world of the documents, and who read what."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from community.access.policy import Actor
from community.content import service as content
from community.kernel import clock, ids
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from schema.nodes import encode_id
from tests.community.content.files import a_medium, pdf, png, send
from tests.community.content.publications import a_draft, an_item, asks_for_points, asks_for_tier, opening
from tests.factories import a_member

SIZE = 6


async def a_library(editor: Actor, reader: Actor) -> dict[str, Any]:
    """Items of all sorts in one topic and one series; the values of the variables that name them."""
    assert reader.member_id
    topic = await content.create_topic(editor, "tea", {"en": "Tea", "zh-Hant": "茶"})
    series = await content.create_series(editor, "walks", {"en": "Walks", "zh-Hant": "散步"})
    cover, booklet = await a_medium(editor, png()), await a_medium(editor, pdf(), "application/pdf", "手冊.pdf")
    said = {"cover_id": cover.id, "media_ids": [booklet.id], "topic_ids": [topic.id], "series_id": series.id}
    now = clock.now()
    walled = "南湖的清晨\n\n::: gate members\n會員\n:::\n\n::: wall\n\n全文"
    terms = asks_for_tier("silver", opening(now - timedelta(days=1), "vip"), opening(now, "silver"))
    items = [
        await an_item(editor, walled, terms=terms, series_position=number, summary="散步", **said)
        for number in range(SIZE)
    ]
    unread = [await an_item(editor, "茶", topic_ids=[topic.id]) for _ in range(SIZE)]
    priced = await an_item(editor, "::: wall\n全文", terms=asks_for_points(10))
    draft, scheduled = await a_draft(editor), await a_draft(editor)
    await content.schedule(editor, scheduled.id, now + timedelta(days=1), expected_revision=1)
    await content.subscribe(reader, topic.id)
    for item in items[1:]:
        await content.bookmark(reader, item.id)
        await _read(reader, item.id)
    other = await a_member()
    await _read(other, unread[0].id)
    await ledger.award(reader.member_id, Currency.POINTS, 100, Cause("test", str(ids.new_id())))
    upload = await content.request_upload(editor, media_type="image/png", size=len(png()), file_name="圖.png")
    await send(upload, png())
    return {
        "contentDraft": {
            "title": "新的一天",
            "body": walled,
            "requires": {"visibility": "TIER", "tier": "gold"},
            "topicIds": [encode_id("Topic", topic.id)],
        },
        "contentId": encode_id("Content", items[0].id),
        "draftContentId": encode_id("Content", draft.id),
        "mediaId": encode_id("MediaFile", upload.media_id),
        "names": [{"locale": "en", "name": "Coffee"}, {"locale": "zh-Hant", "name": "咖啡"}],
        "pricedContentId": encode_id("Content", priced.id),
        "readAt": now.isoformat(),
        "scheduledContentId": encode_id("Content", scheduled.id),
        "seriesSlug": series.slug,
        "slug": items[0].slug,
        "tomorrow": (now + timedelta(days=1)).isoformat(),
        "topicId": encode_id("Topic", topic.id),
        "topicSlug": topic.slug,
    }


async def _read(reader: Actor, item_id: UUID) -> None:
    await content.report_progress(reader, item_id, percent=40, position=9, read_at=clock.now(), dwell_seconds=20)
