"""Watching what others write."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from community.access.policy import ANONYMOUS, Actor
from community.database import counting_statements, pool_state
from community.kernel.errors import BadInput, InvalidId, NotFound, TooBusy
from community.members import service as members
from community.outbox import live, tail, worker
from community.outbox.live import BATCH
from community.posts import service as posts
from community.posts.rules.reactions import Reaction
from community.settings import Settings
from schema.context import Context
from schema.nodes import encode_id
from schema.posts import subscriptions
from schema.root import schema
from tests.databases import under_way
from tests.deadlines import PATIENCE_SECONDS, eventually
from tests.factories import a_comment, a_member, a_post
from tests.graph import member_id

COMMENTS = "subscription ($postId: ID!) { commentWritten(postId: $postId) { body author { handle } depth } }"
POSTS = "subscription ($hashtag: String) { postWritten(hashtag: $hashtag) { body } }"

Seen = Callable[[], Awaitable[Any]]
"""Gives what was seen next."""


@pytest_asyncio.fixture(autouse=True)
async def serving(database: str) -> AsyncIterator[None]:
    async with worker.serving(Settings(database_url=database, redis_url=None)):
        yield


@asynccontextmanager
async def watching(document: str, actor: Actor = ANONYMOUS, **variables: Any) -> AsyncIterator[Seen]:
    """What comes through a subscription that listens from here on."""
    source: Any = await schema().subscribe(document, variables, Context(actor=actor))
    listening = tail.current().subscribers
    seen: asyncio.Queue[Any] = asyncio.Queue()

    async def look() -> None:
        async for result in source:
            seen.put_nowait(next(iter(result.data.values())))

    async def has_begun() -> bool:
        pool = pool_state()
        is_at_rest = pool.waiting == 0 and pool.lent <= 1  # the sequencer may have one
        return tail.current().subscribers > listening and is_at_rest

    looking = asyncio.create_task(look())
    await eventually(has_begun)
    yield lambda: asyncio.wait_for(seen.get(), PATIENCE_SECONDS)
    looking.cancel()
    await asyncio.wait([looking])
    assert tail.current().subscribers == listening


def held_back(url: str) -> AbstractAsyncContextManager[asyncpg.Connection]:
    """Whatever is written is told to nobody until this is rolled back, and then at once."""
    return under_way(
        url,
        "insert into outbox_head (id, sequence) values (1, 0)"
        " on conflict (id) do update set sequence = outbox_head.sequence",
    )


async def refusal(document: str, actor: Actor = ANONYMOUS, **variables: Any) -> Exception | None:
    """Why a subscription is refused."""
    source: Any = await schema().subscribe(document, variables, Context(actor=actor))
    (refused,) = [result async for result in source]
    error: Exception | None = refused.errors[0].original_error
    return error


async def test_comments_on_a_post_arrive_as_they_are_written_and_others_do_not() -> None:
    mei, tom = await a_member(handle="mei"), await a_member(handle="tom")
    post, other = await a_post(mei), await a_post(mei)
    async with watching(COMMENTS, postId=encode_id("Post", post.id)) as next_seen:
        await a_comment(tom, other, "elsewhere")
        comment = await a_comment(tom, post, "一")
        await a_comment(mei, comment, "二")
        assert await next_seen() == {"body": "一", "author": {"handle": "tom"}, "depth": 1}
        assert await next_seen() == {"body": "二", "author": {"handle": "mei"}, "depth": 2}


async def test_comments_of_who_is_blocked_do_not_arrive() -> None:
    mei, tom, eva = await a_member(), await a_member(), await a_member()
    post = await a_post(mei)
    await members.block(eva, tom.member_id)
    async with watching(COMMENTS, eva, postId=encode_id("Post", post.id)) as next_seen:
        await a_comment(tom, post, "blocked")
        await a_comment(mei, post, "seen")
        assert (await next_seen())["body"] == "seen"


async def test_who_has_many_to_read_about_reads_about_many_at_once(database: str) -> None:
    mei, tom = await a_member(), await a_member()
    post = await a_post(mei)
    where = {"postId": encode_id("Post", post.id)}
    async with held_back(database) as holding:
        for number in range(2 * BATCH):
            await a_comment(tom, post, str(number))
        with counting_statements() as counted:
            async with watching(COMMENTS, **where) as one_saw, watching(COMMENTS, mei, **where) as other_saw:
                counted.statements.clear()
                await holding.execute("rollback")
                for next_seen in (one_saw, other_saw):
                    bodies = [(await next_seen())["body"] for _ in range(2 * BATCH)]
                    assert bodies == [str(number) for number in range(2 * BATCH)]
    assert counted.count == 2 * 3, "two batches: the comments, what strangers see of them, what members see"


async def test_what_depends_on_who_looks_is_read_with_the_rest(database: str) -> None:
    mei, tom = await a_member(), await a_member()
    post = await a_post(mei)
    document = "subscription ($postId: ID!) { commentWritten(postId: $postId) { body viewerHasReacted } }"
    async with held_back(database) as holding:
        for number in range(5):
            comment = await a_comment(tom, post, str(number))
            if number % 2:
                await posts.react(mei, comment.id, Reaction.LOVE)
        with counting_statements() as counted:
            async with watching(document, mei, postId=encode_id("Post", post.id)) as next_seen:
                counted.statements.clear()
                await holding.execute("rollback")
                for number in range(5):
                    assert await next_seen() == {"body": str(number), "viewerHasReacted": bool(number % 2)}
    assert counted.count == 1


@pytest.mark.parametrize("asked", ["body", "body viewerHasReacted"])
async def test_a_busy_moment_costs_nobody_anything(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    mei = await a_member()
    post = await a_post(mei)
    refused = list[str]()

    def busy_at_first(read: Callable[..., Awaitable[Any]], name: str) -> Callable[..., Awaitable[Any]]:
        async def read_unless_busy(*asked: Any) -> Any:
            if name not in refused:
                refused.append(name)
                raise TooBusy
            return await read(*asked)

        return read_unless_busy

    monkeypatch.setattr(live, "RETRY_SECONDS", 0)
    for name in ("_for_one", "_for_all"):
        read = getattr(subscriptions._COMMENTS, name)
        monkeypatch.setattr(subscriptions._COMMENTS, name, busy_at_first(read, name))
    document = f"subscription ($postId: ID!) {{ commentWritten(postId: $postId) {{ {asked} }} }}"
    async with watching(document, mei, postId=encode_id("Post", post.id)) as next_seen:
        for text in ("1", "2"):
            await a_comment(mei, post, text)
        assert [(await next_seen())["body"] for _ in range(2)] == ["1", "2"]
    assert len(refused) == 1


async def test_who_see_the_same_are_shown_the_same_object() -> None:
    comment = await a_comment(await a_member(), await a_post(await a_member()))
    infos: list[Any] = [SimpleNamespace(context=Context(actor)) for actor in (ANONYMOUS, await a_member())]
    seen = [subscriptions._COMMENTS.seen(info, [comment.id], frozenset({"body"})) for info in infos]
    (one,), (other,) = await asyncio.gather(*seen)
    assert one is other, "so that what is made of it is made once"


async def test_posts_arrive_as_they_are_written_all_or_under_a_hashtag() -> None:
    mei = await a_member()
    async with watching(POSTS) as next_of_all, watching(POSTS, hashtag="＃台北") as next_tagged:
        await a_post(mei, "1")
        await a_post(mei, "2 #台北")
        assert [(await next_of_all())["body"] for _ in range(2)] == ["1", "2 #台北"]
        assert (await next_tagged())["body"] == "2 #台北"


async def test_a_post_that_cannot_be_seen_cannot_be_watched() -> None:
    mei = await a_member()
    post = await a_post(mei)
    await posts.remove(mei, post.id)
    assert isinstance(await refusal(COMMENTS, postId=encode_id("Post", post.id)), NotFound)
    assert isinstance(await refusal(COMMENTS, postId=member_id(mei)), InvalidId)
    assert isinstance(await refusal(POSTS, hashtag="!"), BadInput)
