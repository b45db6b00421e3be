"""The first minutes of somebody who tries Hourglass, in a real browser: two tabs, served by two processes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.browser import Window, chromium, chromium_or_skip
from tests.deadlines import eventually
from tests.graphiql_page import GraphiQLPage
from tests.servers import ServerProcess, serving
from tests.stories.apps import App
from tests.stories.listeners import listeners_at

pytestmark = pytest.mark.browser

WRITE = """mutation {
  writePost(input: { body: "阿里山的日出真美 #週末旅行" }) { ... on WritePostPayload { post { id bodyHtml } } }
}"""
FIND = '{ searchPosts(query: "日出", first: 5) { edges { node { body author { handle } } } } }'
COMMENT = 'mutation { writeComment(input: { subjectId: "POST", body: "我也想去！" }) { __typename } }'
LISTEN = 'subscription { commentWritten(postId: "POST") { body author { handle } } }'


async def test_somebody_writes_finds_and_hears_it_in_a_tab_of_another_process(
    window: Window, two_servers: tuple[ServerProcess, ServerProcess]
):
    here, there = two_servers
    async with aiohttp.ClientSession() as http:
        await App.joined(http, here.url, "mei")
    writing = await signed_in(window, here)

    await writing.run(WRITE)
    written = json.loads(await writing.answer_with("writePost"))["data"]["writePost"]["post"]
    assert "#週末旅行</a>" in written["bodyHtml"]

    await writing.run(FIND)
    found = json.loads(await writing.answer_with("searchPosts"))["data"]["searchPosts"]["edges"]
    assert found == [{"node": {"body": "阿里山的日出真美 #週末旅行", "author": {"handle": "mei"}}}]

    hearing = await signed_in(window, there)
    await hearing.run(LISTEN.replace("POST", written["id"]))
    await eventually(lambda: somebody_listens(there))
    await writing.run(COMMENT.replace("POST", written["id"]))
    await writing.answer_with("WriteCommentPayload")
    heard = json.loads(await hearing.answer_with("commentWritten"))["data"]["commentWritten"]
    assert heard == {"body": "我也想去！", "author": {"handle": "mei"}}

    assert writing.tab.complaints == hearing.tab.complaints == []
    assert asked_of(writing) == {urlsplit(here.url).netloc}
    assert asked_of(hearing) == {urlsplit(there.url).netloc}


async def signed_in(window: Window, server: ServerProcess) -> GraphiQLPage:
    """GraphiQL in a new tab, signed in. Ports are origins of their own, so each asks for it once."""
    page = await GraphiQLPage.open(window, server.url)
    await page.sign_in("mei@example.com", "a long enough one")
    await page.identity_with("Signed in as @mei")
    return page


async def somebody_listens(server: ServerProcess) -> bool:
    """Whether the subscription has begun."""
    return await listeners_at(server) == 1


def asked_of(page: GraphiQLPage) -> set[str]:
    """Every server that the page asked for anything."""
    return {urlsplit(asked).netloc for asked in page.tab.requests if not asked.startswith("data:")}


@pytest.fixture
async def window() -> AsyncIterator[Window]:
    """A person's browser."""
    async with chromium(chromium_or_skip()) as browser, browser.window() as window:
        yield window


@pytest.fixture
async def two_servers(
    window: Window,  # noqa: ARG001  (without a browser there is nothing to serve)
    fresh_database: Callable[[], Awaitable[str]],
) -> AsyncIterator[tuple[ServerProcess, ServerProcess]]:
    """Two processes of one database."""
    url = await fresh_database()
    async with AsyncExitStack() as stack:
        first, second = await asyncio.gather(*(stack.enter_async_context(serving(url)) for _ in range(2)))
        yield first, second
