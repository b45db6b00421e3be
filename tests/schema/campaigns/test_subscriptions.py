"""Hearing what becomes of what one writes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from community.access.policy import ANONYMOUS
from community.campaigns.rules.plan import Limits
from community.kernel.errors import Unauthenticated
from community.posts import service as posts
from tests.community.campaigns.contests import a_text, an_open_campaign
from tests.community.outbox.working import working
from tests.factories import a_member
from tests.schema.posts.test_subscriptions import refusal, watching

ENTRIES = "subscription { entryChanged { state points refusal { reason } campaign { slug } } }"


@pytest_asyncio.fixture(autouse=True)
async def serving(database: str) -> AsyncIterator[None]:
    async with working(database):
        yield


async def test_a_writer_hears_whether_their_post_entered_and_what_it_earned() -> None:
    await an_open_campaign(slug="tea", limits=Limits(in_all=1))
    mei, lin = await a_member(), await a_member()
    async with watching(ENTRIES, mei) as seen:
        await posts.write(lin, a_text())
        post = await posts.write(mei, a_text())
        assert await seen() == an_entry("ACCEPTED", points=10)
        await posts.write(mei, a_text())
        assert await seen() == an_entry("REFUSED", reason="ENTRY_LIMIT")
        await posts.remove(mei, post.id)
        assert await seen() == an_entry("WITHDRAWN", reason="POST_REMOVED")


async def test_nobody_hears_of_others() -> None:
    assert isinstance(await refusal(ENTRIES, ANONYMOUS), Unauthenticated)


def an_entry(state: str, *, points: int = 0, reason: str | None = None) -> dict[str, Any]:
    refused = {"reason": reason} if reason else None
    return {"state": state, "points": points, "refusal": refused, "campaign": {"slug": "tea"}}
