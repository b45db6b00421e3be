"""GraphiQL as a person meets it: in a real browser, against a small server."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlencode, urlsplit

import pytest

from tests.api.graphiql_stand_in import EXAMPLES, StandIn, app_for, serving
from tests.browser import PATIENCE_SECONDS, Browser, Window, chromium, chromium_or_skip
from tests.graphiql_page import GraphiQLPage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium(chromium_or_skip()) as browser:
        yield browser


@pytest.fixture
async def window(browser: Browser) -> AsyncIterator[Window]:
    async with browser.window() as window:
        yield window


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
async def url(stand_in: StandIn) -> AsyncIterator[str]:
    async with serving(app_for(stand_in)) as origin:
        yield f"{origin}/graphql"


async def test_the_page_asks_nobody_but_its_own_server_and_complains_of_nothing(window: Window, url: str) -> None:
    page = await GraphiQLPage.open(window, url)
    await page.tab.click("[aria-label='Show Documentation Explorer']")
    await page.tab.until("document.querySelector('.graphiql-doc-explorer')?.innerText.includes('Root Types')")
    await page.tab.click("[aria-label='Open settings dialog']")
    await page.tab.until("document.querySelector('.graphiql-dialog')")

    assert page.tab.complaints == []
    assert {urlsplit(asked).netloc for asked in page.tab.requests if not asked.startswith("data:")} == {
        urlsplit(url).netloc
    }


async def test_the_first_example_stands_in_the_editor_and_answers(window: Window, url: str) -> None:
    page = await GraphiQLPage.open(window, url)

    assert await page.operation() == EXAMPLES[0].query
    await page.run()
    await page.answer_with("Hello, 世界")


async def test_a_written_operation_answers(window: Window, url: str) -> None:
    page = await GraphiQLPage.open(window, url)

    await page.run('{ hello(name: "hourglass") }')

    await page.answer_with("Hello, hourglass")


async def test_an_example_opens_in_a_tab_of_its_own(window: Window, url: str) -> None:
    page = await GraphiQLPage.open(window, url)
    await page.tab.click("[aria-label='Show Examples']")

    await page.tab.click(".hourglass-examples li:nth-child(1) button")

    await page.tab.until("document.querySelectorAll('.graphiql-tab').length === 3")
    assert await page.operation() == EXAMPLES[0].query
    await page.run()
    await page.answer_with("Hello, 世界")


async def test_a_link_opens_its_operation_with_its_variables(window: Window, url: str) -> None:
    query = "query Linked($name: String!) { hello(name: $name) }"
    variables = '{"name": "link"}'
    page = await GraphiQLPage.open(window, f"{url}?{urlencode({'query': query, 'variables': variables})}")

    assert await page.operation() == query
    await page.run()
    await page.answer_with("Hello, link")
    assert await page.tab.evaluate("location.search") == ""


async def test_a_copied_link_opens_the_same_operation(window: Window, url: str) -> None:
    page = await GraphiQLPage.open(window, url)
    await page.tab.evaluate("addEventListener('copy', () => (window.copied = getSelection().toString()), true)")

    await page.tab.click("[aria-label='Copy a link to this operation']")
    linked = await GraphiQLPage.open(window, await page.tab.until("window.copied"))

    assert await linked.operation() == EXAMPLES[0].query
    await linked.run()
    await linked.answer_with("Hello, 世界")


async def test_a_sign_in_is_kept_and_a_second_tab_hears_as_the_same_member(
    window: Window, url: str, stand_in: StandIn
) -> None:
    speaking = await GraphiQLPage.open(window, url)
    await speaking.run(
        'mutation { signIn(input: {email: "mei@example.com", password: "correct horse"})'
        " { ... on SignInPayload { tokens { accessToken refreshToken } } } }"
    )
    await speaking.identity_with("Signed in as @mei")

    hearing = await GraphiQLPage.open(window, f"{url}?{urlencode({'query': 'subscription { heard }'})}")
    await hearing.identity_with("Signed in as @mei")
    await hearing.run()
    await asyncio.wait_for(stand_in.somebody_listens.wait(), PATIENCE_SECONDS)
    await speaking.run('mutation { say(text: "早安") }')

    await hearing.answer_with("mei heard 早安")
    assert speaking.tab.complaints == hearing.tab.complaints == []


async def test_the_dialog_signs_in_and_every_open_tab_follows(window: Window, url: str) -> None:
    first, second = await GraphiQLPage.open(window, url), await GraphiQLPage.open(window, url)

    await first.sign_in("mei@example.com", "correct horse")
    await first.identity_with("Signed in as @mei")
    await second.identity_with("Signed in as @mei")

    await second.sign_out()
    await second.identity_with("Not signed in")
    await first.identity_with("Not signed in")


async def test_the_dialog_says_why_a_sign_in_was_refused(window: Window, url: str) -> None:
    page = await GraphiQLPage.open(window, url)

    await page.sign_in("mei@example.com", "wrong")

    assert await page.problem() == "E-mail or password is wrong."


async def test_an_expired_token_is_renewed_once_for_all_tabs_without_a_word(
    window: Window, url: str, stand_in: StandIn
) -> None:
    first, second = await GraphiQLPage.open(window, url), await GraphiQLPage.open(window, url)
    await first.sign_in("mei@example.com", "correct horse")
    await second.identity_with("Signed in as @mei")
    stand_in.access.clear()

    await first.run("{ viewer { member { handle } } }")
    await second.run("{ viewer { member { handle } } }")

    await first.answer_with('"handle": "mei"')
    await second.answer_with('"handle": "mei"')
    assert stand_in.refreshed == 1


async def test_a_token_is_renewed_before_it_expires(window: Window, url: str, stand_in: StandIn) -> None:
    page = await GraphiQLPage.open(window, url)
    stand_in.lifetime_seconds = 1
    await page.sign_in("mei@example.com", "correct horse")
    await page.identity_with("Signed in as @mei")

    assert stand_in.refreshed == 1
    assert stand_in.refused == 0


async def test_a_subscription_with_an_expired_token_renews_it_and_hears(
    window: Window, url: str, stand_in: StandIn
) -> None:
    page = await GraphiQLPage.open(window, url)
    await page.sign_in("mei@example.com", "correct horse")
    await page.identity_with("Signed in as @mei")
    stand_in.access.clear()

    await page.run("subscription { heard }")
    await asyncio.wait_for(stand_in.somebody_listens.wait(), PATIENCE_SECONDS)
    stand_in.tell("早安")

    await page.answer_with("mei heard 早安")


async def test_a_session_that_the_server_ended_ends_here_and_the_page_goes_on(
    window: Window, url: str, stand_in: StandIn
) -> None:
    page = await GraphiQLPage.open(window, url)
    await page.sign_in("mei@example.com", "correct horse")
    await page.identity_with("Signed in as @mei")
    stand_in.access.clear()
    stand_in.refresh.clear()

    await page.run('{ hello(name: "anybody") }')

    await page.answer_with("Hello, anybody")
    await page.identity_with("Not signed in")


async def test_another_window_is_not_signed_in(browser: Browser, window: Window, url: str) -> None:
    page = await GraphiQLPage.open(window, url)
    await page.sign_in("mei@example.com", "correct horse")
    await page.identity_with("Signed in as @mei")

    async with browser.window() as stranger:
        await (await GraphiQLPage.open(stranger, url)).identity_with("Not signed in")
