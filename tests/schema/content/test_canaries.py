"""Gated text stays gated on every path of the graph, in live streams, in the feed, in errors, in the bytes of media.

A string of its own is planted in every place that not everybody may read. Then everybody goes every way that the schema
knows, and what they met is compared with what they may read.
"""

import base64
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest_asyncio
from graphql import ExecutionResult, GraphQLObjectType, execute, parse, validate
from starlette.applications import Starlette

from api import media as doors
from community import database as db
from community.access.policy import ANONYMOUS, Actor, Kind, Scope
from community.content import queries
from community.content import service as content
from community.content.rules.access import Terms
from community.content.service import Draft
from community.entitlements import service as entitlements
from community.entitlements.rules.rights import Source, SourceKind
from community.kernel import clock
from community.kernel.errors import HourglassError
from community.kernel.ids import new_id
from community.outbox import service as outbox
from community.outbox import worker
from community.settings import Settings, settings
from schema.context import Context
from schema.nodes import encode_id
from tests.asgi import ask as request
from tests.community.content.files import a_medium, mp4, pdf, png, send
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
from tests.graph import ask
from tests.schema.content.paths import GRAPH, Walk, documents
from tests.schema.posts.test_subscriptions import watching

DEPTH = 2
READING = {
    *("content", "contents", "searchContents", "recommendedContents", "bookmarks", "contentDesk"),
    *("topic", "topics", "contentSeries"),
}
"""From these the walk goes on to the entities beside what they show; at every other root it looks at what is there."""
STAFF = {"editor"}
SIGNED_IN = {"member", "gold", "vip", "holder"}

PLANTED = {
    # what is planted → who may meet it
    "membersbody": {*SIGNED_IN, *STAFF},
    "goldbody": {"gold", "vip", *STAFF},
    "vipbody": {"vip", *STAFF},
    "featurebody": {"gold", "vip", "holder", *STAFF},  # the tier gold opens the feature, too
    "pointsbody": {*STAFF},
    "goldgate": {"gold", "vip", *STAFF},
    "membersgate": {*SIGNED_IN, *STAFF},
    "innergate": {"vip", *STAFF},
    "earlybody": {"vip", *STAFF},
    "futurebody": {*STAFF},
    "pastbody": {*STAFF},
    "drafttitle": {*STAFF},
    "draftbody": {*STAFF},
    "scheduledbody": {*STAFF},
    "archivedtitle": {*STAFF},
    "archivedbody": {*STAFF},
    "oldrevision": {*STAFF},
    "nextrevision": {*STAFF},
    "editornote": {*STAFF},
    "gatedname": {"vip", *STAFF},
    "gatedalt": {"vip", *STAFF},
    "gatedbytes": {"vip", *STAFF},
    "gatedpicture": {"vip", *STAFF},
    "uncheckedbytes": set(),
}
CANARIES = {name: f"canary{name}" for name in PLANTED}


@dataclass(slots=True)
class Cage:
    """Who looks, and the ids of everything there is."""

    viewers: dict[str, Actor]
    ids: list[str]
    slugs: list[str]
    vip_item: queries.ContentView


@pytest_asyncio.fixture
async def cage(database: str, media_folder: Path) -> Cage:
    editor, holder = await an_editor(), await a_reader()
    assert holder.member_id
    await entitlements.grant(holder.member_id, "articles.premium", Source(SourceKind.STAFF, "staff"))
    now, word = clock.now(), CANARIES
    topic = await content.create_topic(editor, "news", {"en": "News"})
    series = await content.create_series(editor, "weekly", {"en": "Weekly"})
    picture = await a_medium(editor, png(comment=word["gatedpicture"]))
    video = await content.request_upload(
        editor,
        media_type="video/mp4",
        size=len(mp4(word["gatedbytes"])),
        file_name=f"{word['gatedname']}.mp4",
        alt=word["gatedalt"],
    )
    await send(video, mp4(word["gatedbytes"]))
    await content.complete_upload(editor, video.media_id)
    unchecked = await content.request_upload(
        editor, media_type="application/pdf", size=len(pdf(word["uncheckedbytes"])), file_name="x.pdf"
    )
    await send(unchecked, pdf(word["uncheckedbytes"]))
    near = {"topic_ids": [topic.id], "series_id": series.id}

    def walled(name: str) -> str:
        return f"自由 free\n\n::: wall\n\n{word[name]} 祕密"

    vip = await an_item(
        editor,
        f"{walled('vipbody')}\n\n::: gate tier=vip\n{word['innergate']}\n:::\n\n![x](media:{picture.id})",
        terms=asks_for_tier("vip"),
        media_ids=[video.media_id],
        **near,
    )
    items = [
        vip,
        await an_item(editor, walled("membersbody"), terms=MEMBERS_ONLY, **near),
        await an_item(editor, walled("goldbody"), terms=asks_for_tier("gold"), **near),
        await an_item(editor, walled("featurebody"), terms=asks_for_feature("articles.premium"), **near),
        await an_item(editor, walled("pointsbody"), terms=asks_for_points(10), **near),
        await an_item(
            editor,
            f"開放\n\n::: gate tier=gold\n{word['goldgate']}\n:::\n\n::: gate members\n{word['membersgate']}\n:::",
            **near,
        ),
        await an_item(
            editor,
            walled("earlybody"),
            terms=Terms(windows=(opening(now, "vip"), opening(now + timedelta(days=1)))),
            **near,
        ),
        await an_item(editor, walled("futurebody"), terms=Terms(windows=(opening(now + timedelta(days=1)),)), **near),
        await an_item(
            editor,
            walled("pastbody"),
            terms=Terms(windows=(opening(now - timedelta(days=2), until=now - timedelta(days=1)),)),
            **near,
        ),
    ]
    drafts = [
        await a_draft(editor, word["draftbody"], title=word["drafttitle"], slug="a-draft", **near),
        await a_draft(editor, word["scheduledbody"], **near),
        await an_item(editor, word["archivedbody"], title=word["archivedtitle"], **near),
    ]
    await content.schedule(editor, drafts[1].id, now + timedelta(days=1), expected_revision=1)
    await content.archive(editor, drafts[2].id, expected_revision=1)
    edited = await an_item(editor, word["oldrevision"], note=word["editornote"])
    await content.edit(editor, edited.id, Draft(title="第二版", body="第二版"), expected_revision=1)
    await content.publish(editor, edited.id, expected_revision=2)
    await content.edit(editor, edited.id, Draft(title="第三版", body=word["nextrevision"]), expected_revision=2)
    while await outbox.sequence():
        pass
    viewers = {
        "anonymous": ANONYMOUS,
        "member": await a_reader(),
        "gold": await a_reader("gold"),
        "vip": await a_reader("vip"),
        "holder": holder,
        "key": Actor(kind=Kind.PARTNER, key_id=new_id(), scopes=frozenset(Scope)),
        "editor": editor,
    }
    revisions = await db.fetch("select id from content_revision")
    everything = [*items, *drafts, edited]
    return Cage(
        viewers=viewers,
        ids=[
            *(encode_id("Content", item.id) for item in everything),
            *(encode_id("ContentRevision", row["id"]) for row in revisions),
            *(encode_id("MediaFile", each) for each in (picture.id, video.media_id, unchecked.media_id)),
            encode_id("Topic", topic.id),
            encode_id("ContentSeries", series.id),
            *(encode_id("Member", actor.member_id) for actor in viewers.values() if actor.member_id),
        ],
        slugs=[item.slug for item in everything],
        vip_item=vip,
    )


async def test_nobody_meets_gated_text_or_bytes_on_any_path(cage: Cage) -> None:
    walks = prepared(cage)
    leaks, paths = [], 0
    for name, actor in cage.viewers.items():
        met = "".join([text async for text in everything_met(cage, actor, walks)])
        met += await bytes_met(cage, met)
        paths += sum(walk.paths for _, walk in walks)
        leaks += [
            (name, canary) for canary, allowed in PLANTED.items() if CANARIES[canary] in met and name not in allowed
        ]
        missed = {canary for canary, allowed in PLANTED.items() if name in allowed and CANARIES[canary] not in met}
        assert missed == set(), f"{name} should have met what they may read: the walk went too short a way"
    print(f"{paths:,} paths walked by {len(cage.viewers)} viewers, {len(PLANTED)} canaries: {len(leaks)} leaks")
    assert leaks == []
    assert paths > 30_000


async def test_a_canary_that_is_let_out_is_found(cage: Cage) -> None:
    """The walk itself, tried: what is published without its wall is met by everybody."""
    editor = cage.viewers["editor"]
    draft = Draft(title="公開", body=CANARIES["vipbody"])
    await content.edit(editor, cage.vip_item.id, draft, expected_revision=1)
    await content.publish(editor, cage.vip_item.id, expected_revision=2)
    met = "".join([text async for text in everything_met(cage, ANONYMOUS, prepared(cage))])
    assert CANARIES["vipbody"] in met


async def test_live_streams_and_the_feed_tell_nothing(cage: Cage, database: str) -> None:
    editor = cage.viewers["editor"]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(worker.serving(Settings(database_url=database, redis_url=None)))
        seen = {name: await stack.enter_async_context(watching(LIVE, actor)) for name, actor in cage.viewers.items()}
        again = Draft(title="更新", body=f"::: wall\n{CANARIES['vipbody']}", terms=asks_for_tier("vip"))
        await content.edit(editor, cage.vip_item.id, again, expected_revision=1)
        await content.publish(editor, cage.vip_item.id, expected_revision=2)
        told = {name: str(await look()) for name, look in seen.items()}
    assert all("更新" in text for text in told.values())
    assert {name for name, text in told.items() if CANARIES["vipbody"] in text} == PLANTED["vipbody"]
    payloads = "".join(row["payload"] for row in await db.fetch("select payload::text as payload from outbox_fact"))
    assert [canary for canary in CANARIES.values() if canary in payloads] == []


LIVE = "subscription { contentPublished { title summary body { html parts { markdown html } media { url } } } }"


def prepared(cage: Cage) -> list[tuple[Any, Walk]]:
    """Every document, parsed and validated once."""
    known = {
        "id": "$id",
        "slug": orjson.dumps(cage.slugs[0]).decode(),
        "query": '"canary"',
        "name": '"canary"',
        "ids": orjson.dumps(cage.ids).decode(),
    }
    assert isinstance(GRAPH.query_type, GraphQLObjectType)
    made = []
    for text, walk in documents(GRAPH.query_type, known, lambda field: DEPTH if field in READING else 1):
        if text and not re.match(r"query \{ nodes?\(", text):
            made.append((parse(text), walk))
    entered: set[str] = set()
    for node_id in cage.ids:
        kind = GRAPH.type_map[kind_of(node_id)]
        walk = Walk(1 if kind.name in entered else DEPTH, known)
        entered.add(kind.name)
        below = f"... on {kind.name} {{ {walk.selection(kind, (kind.name,))} }}"
        made.append((parse(f'query {{ node(id: "{node_id}") {{ {below} }} }}'), walk))
    assert [error for document, _ in made[:3] for error in validate(GRAPH, document)] == []
    return made


async def everything_met(cage: Cage, actor: Actor, walks: list[tuple[Any, Walk]]) -> AsyncIterator[str]:
    """All that an actor is told, on every way, when asking for it outright, and when doing what they may not."""
    for document, _ in walks:
        answering = execute(GRAPH, document, context_value=Context(actor=actor))
        result = answering if isinstance(answering, ExecutionResult) else await answering
        unexpected = [e for e in result.errors or [] if not isinstance(e.original_error, HourglassError | None)]
        assert unexpected == []
        yield orjson.dumps(result.data).decode() + "".join(map(str, result.errors or []))
    for slug in cage.slugs:
        yield await said(
            actor, "query ($x: String!) { content(slug: $x) { id title access { reason } body { html } } }", x=slug
        )
    for word in CANARIES.values():
        yield await said(
            actor,
            "query ($x: String!) { searchContents(query: $x) { nodes { title body { html } } } }",
            without=word,
            x=word,
        )
    for node_id in (each for each in cage.ids if kind_of(each) == "Content"):
        yield await said(actor, ATTEMPTS, x=node_id)


ATTEMPTS = """
mutation ($x: ID!) {
  bookmarkContent(input: {contentId: $x}) { ... on BookmarkContentPayload { content { ...open } } }
  reportReadingProgress(input: {contentId: $x, percent: 50, readAt: "2026-01-01T00:00:00Z"}) {
    ... on Problem { message }
    ... on ReportReadingProgressPayload { content { ...open } }
  }
  unlockContent(input: {contentId: $x}) {
    ... on Problem { message }
    ... on UnlockContentPayload { content { ...open } }
  }
  publishContent(input: {contentId: $x, expectedRevision: 99}) {
    ... on Problem { message }
    ... on PublishContentPayload { content { ...open } }
  }
}
fragment open on Content { title body { html parts { markdown } media { fileName url } } }
"""


async def said(actor: Actor, document: str, *, without: str = "", **variables: Any) -> str:
    """Everything in an answer, but for what the caller said themselves."""
    answer = await ask(document, actor=actor, **variables)
    return (orjson.dumps(answer.data).decode() + "".join(map(str, answer.errors))).replace(without, "")


async def bytes_met(cage: Cage, met: str) -> str:
    """The bytes behind every address that was met, and behind addresses made up from them."""
    app = Starlette(routes=doors.routes(settings()))
    addresses = set(re.findall(r'/media/[^"\\\s]+', met.replace("&amp;", "&")))
    wanted = [each for each in cage.ids if kind_of(each) == "MediaFile"]
    guesses = {f"/media/{uuid_of(each)}/x.png?type=image/png&expires=9999999999&signature=" for each in wanted}
    guesses |= {re.sub(r"expires=\d+", "expires=9999999999", address) for address in addresses}
    forged = [await request(app, each) for each in guesses]
    assert {answer.status for answer in forged} <= {404}, "an address that was changed leads nowhere"
    found = [await request(app, each) for each in sorted(addresses)]
    assert {answer.status for answer in found} <= {200}
    return b"".join(answer.body for answer in found).decode("latin-1")


def kind_of(node_id: str) -> str:
    """The type inside an id."""
    return _decoded(node_id).partition(":")[0]


def uuid_of(node_id: str) -> str:
    """The UUID inside an id, with its hyphens."""
    return str(UUID(hex=_decoded(node_id).partition(":")[2]))


def _decoded(node_id: str) -> str:
    return base64.urlsafe_b64decode(node_id + "=" * (-len(node_id) % 4)).decode()
