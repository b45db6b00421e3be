"""Views tracked by resolvers: what answers showed, through the front door, at no cost to the answer."""

from typing import Any

import pytest

from api.callers import Caller
from api.operations import Operations
from api.parameters import Parameters
from community import database
from community.access.policy import ANONYMOUS, Actor
from community.engagement import recorder
from community.posts import service as posts
from community.quota import service as quota
from community.settings import settings
from schema.nodes import encode_id
from schema.root import schema
from tests.community.engagement.happenings import id_of
from tests.factories import a_member, a_post

pytestmark = pytest.mark.usefixtures("database")

FEED = "{ posts(first: 10) { nodes { id body } } }"


async def served(document: str, actor: Actor, **variables: Any) -> Any:
    """The answer of the front door's operations."""
    quota.forget_leases()
    operations = Operations(schema(), settings())
    caller = Caller(actor, "en", "request", "192.0.2.1")
    ready = await operations.prepare(Parameters(document, variables=variables), caller, lambda _: None)
    answer = await operations.answer(ready)
    assert "errors" not in answer.payload
    return answer.payload["data"]


async def seen() -> list[tuple[Any, Any]]:
    rows = await database.fetch("select member_id, subject_id from engagement_view order by id")
    return [tuple(row) for row in rows]


async def test_a_feed_counts_as_seen_what_others_wrote_once() -> None:
    mei, lin = await a_member(), await a_member()
    post = await a_post(lin)
    await a_post(mei)
    async with recorder.serving():
        for _ in range(3):
            await served(FEED, mei)
    assert await seen() == [(mei.member_id, post.id)]


async def test_strangers_are_not_tracked() -> None:
    await a_post(await a_member())
    async with recorder.serving():
        await served(FEED, ANONYMOUS)
    assert await seen() == []


@pytest.mark.parametrize(
    "document",
    [
        "query ($id: ID!) { node(id: $id) { id } }",
        "query ($id: ID!) { nodes(ids: [$id]) { id } home: homeFeed { nodes { id } } }",
        '{ searchPosts(query: "天氣") { nodes { id } } }',
        '{ hashtag(name: "天氣") { posts { nodes { id } } } }',
    ],
)
async def test_every_way_to_a_post_counts(document: str) -> None:
    mei, lin = await a_member(), await a_member()
    post = await a_post(lin, "今天#天氣 很好")
    variables = {"id": encode_id("Post", post.id)} if "$id" in document else {}
    async with recorder.serving():
        await served(document, mei, **variables)
    assert await seen() == [(mei.member_id, post.id)]


async def test_what_was_taken_down_is_not_seen_by_staff_either() -> None:
    lin = await a_member()
    boss = await a_member()
    post = await a_post(lin)
    await posts.remove(lin, post.id)
    async with recorder.serving():
        await served("query ($id: ID!) { node(id: $id) { id } }", boss, id=encode_id("Post", post.id))
    assert await seen() == []


async def test_tracking_costs_the_answer_no_statement() -> None:
    mei = await a_member()
    for _ in range(5):
        await a_post(await a_member())

    async def count() -> int:
        with database.counting_statements() as counted:
            await served(FEED, mei)
        return counted.count

    untracked = await count()
    async with recorder.serving() as writer:
        assert await count() == untracked
        await writer.flush()
    assert len(await seen()) == 5
    assert {member_id for member_id, _ in await seen()} == {id_of(mei)}
