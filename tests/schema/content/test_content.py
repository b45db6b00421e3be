"""Content in the graph: what a reader is told, what editors do, problems in the caller's language."""

from datetime import timedelta
from typing import Any

import pytest

from community.access.policy import ANONYMOUS
from community.content import service as content
from community.kernel import clock
from community.kernel.errors import BadInput, Forbidden, InvalidId, Unauthenticated
from community.kernel.ids import new_id
from schema.nodes import encode_id
from tests.community.content.files import a_medium, mp4, png
from tests.community.content.publications import (
    a_draft,
    a_reader,
    an_editor,
    an_item,
    asks_for_tier,
    opening,
)
from tests.graph import ask

pytestmark = pytest.mark.usefixtures("database", "media_folder")

PAGE = """
query ($slug: String!) {
  content(slug: $slug) {
    access { granted reason requires { visibility tier } unlocksAt offers { kind tier at } }
    body { isWhole readingMinutes html parts { place html markdown access { reason } } media { fileName url } }
    cover { url }
  }
}
"""
CREATE = """
mutation ($draft: ContentDraftInput!) {
  createContent(input: {kind: ARTICLE, locale: "zh-Hant", draft: $draft}) {
    __typename
    ... on CreateContentPayload { content { slug desk { status revision } } }
    ... on Problem { message }
  }
}
"""


async def page(slug: str, actor: Any) -> Any:
    return (await ask(PAGE, actor=actor, slug=slug)).only


async def test_a_reader_gets_the_preview_and_is_told_what_opens_the_rest() -> None:
    editor, now = await an_editor(), clock.now()
    terms = asks_for_tier("silver", opening(now - timedelta(days=1), "vip"), opening(now + timedelta(days=1), "silver"))
    item = await an_item(editor, terms=terms)
    shown = await page(item.slug, await a_reader("gold"))
    assert shown["access"]["granted"] is False
    assert shown["access"]["reason"] == "NOT_YET"
    assert shown["access"]["requires"] == {"visibility": "TIER", "tier": "silver"}
    assert shown["access"]["unlocksAt"] is not None
    assert [offer["kind"] for offer in shown["access"]["offers"]] == ["REACH_TIER", "WAIT"]
    assert [(part["place"], part["html"]) for part in shown["body"]["parts"]] == [
        ("PREVIEW", "<p>自由</p>"),
        ("WALLED", None),
    ]
    assert (shown["body"]["isWhole"], shown["body"]["readingMinutes"]) == (False, None)
    whole = await page(item.slug, await a_reader("vip"))
    assert (whole["body"]["isWhole"], whole["body"]["readingMinutes"]) == (True, 1)


async def test_media_and_pictures_have_addresses_for_whom_they_are_open() -> None:
    editor = await an_editor()
    picture, video = await a_medium(editor, png()), await a_medium(editor, mp4(), "video/mp4", "影片.mp4")
    item = await an_item(
        editor,
        f"::: wall\n![湖](media:{picture.id})",
        cover_id=picture.id,
        media_ids=[video.id],
        terms=asks_for_tier("vip"),
    )
    stranger, vip = await page(item.slug, ANONYMOUS), await page(item.slug, await a_reader("vip"))
    assert stranger["cover"]["url"].startswith("/media/")
    assert (stranger["body"]["media"], stranger["body"]["html"]) == ([], "")
    assert vip["body"]["media"][0]["fileName"] == "影片.mp4"
    assert '<img src="/media/' in vip["body"]["html"]


async def test_an_editor_creates_and_is_told_what_is_wrong_in_their_language() -> None:
    editor = await an_editor()
    created = (await ask(CREATE, actor=editor, draft={"title": "新的一天"})).only
    assert created["content"] == {"slug": "新的一天", "desk": {"status": "DRAFT", "revision": 1}}
    wrong = {"title": "x", "body": "::: wall\n::: wall"}
    refused = (await ask(CREATE, actor=editor, locale="zh-Hant", draft=wrong)).only
    assert refused == {"__typename": "SecondWall", "message": "第 2 行：內文已經有付費牆了，一篇只能有一道。"}
    terms = {"title": "x", "requires": {"visibility": "TIER", "tier": "platinum"}}
    assert (await ask(CREATE, actor=editor, draft=terms)).only["__typename"] == "InvalidTerms"
    topics = {"title": "x", "topicIds": [encode_id("Topic", new_id()), "x"]}
    assert (await ask(CREATE, actor=editor, draft=topics)).errors == [InvalidId("topicIds[1]", "Topic")]


async def test_only_editors_reach_the_desk() -> None:
    reader, draft = await a_reader(), await a_draft(await an_editor())
    desk = "{ contentDesk { nodes { id } } }"
    assert (await ask(desk, actor=reader)).refusals == [Forbidden]
    assert (await ask(desk)).refusals == [Unauthenticated]
    assert (await ask(CREATE, actor=reader, draft={"title": "x"})).refusals == [Forbidden]
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await ask(node, actor=reader, id=encode_id("Content", draft.id))).only is None
    published = await an_item(await an_editor())
    shown = "query ($slug: String!) { content(slug: $slug) { viewerCanEdit desk { revision } } }"
    assert (await ask(shown, actor=reader, slug=published.slug)).only == {"viewerCanEdit": False, "desk": None}


async def test_what_is_asked_wrongly_is_refused() -> None:
    reader = await a_reader()
    assert (await ask('{ searchContents(query: "…") { nodes { id } } }')).refusals == [BadInput]
    assert (await ask('{ contents(after: "x") { nodes { id } } }')).refusals == [BadInput]
    wrong = encode_id("Post", (await an_item(await an_editor())).id)
    keep = "mutation ($id: ID!) { bookmarkContent(input: {contentId: $id}) { __typename } }"
    assert (await ask(keep, actor=reader, id=wrong)).refusals == [InvalidId]
    assert (await ask("{ recommendedContents { nodes { because } } }")).refusals == [Unauthenticated]


async def test_a_member_subscribes_to_a_topic() -> None:
    topic = await content.create_topic(await an_editor(), "tea", {"en": "Tea", "zh-Hant": "茶"})
    subscribe = """
    mutation ($id: ID!) {
      subscribeToTopic(input: {topicId: $id}) { ... on SubscribeToTopicPayload { topic { name viewerHasSubscribed } } }
    }
    """
    answer = await ask(subscribe, actor=await a_reader(), locale="zh-Hant", id=encode_id("Topic", topic.id))
    assert answer.only == {"topic": {"name": "茶", "viewerHasSubscribed": True}}
