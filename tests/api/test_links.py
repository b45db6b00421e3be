"""The door of referral links: whom it sends where, what it hands over, what it keeps, and whom it turns away."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from starlette.applications import Starlette

from api import links
from api.links import Door
from community import database as community_database
from community.database import counting_statements
from community.kernel import clock, ids
from community.referrals import queries, tokens
from community.referrals import service as referrals
from community.referrals.queries import LinkView
from community.referrals.rules.owners import Owner
from community.referrals.service import LinkPlan
from community.settings import Settings
from tests.asgi import Answer, ask
from tests.deadlines import eventually

HOME = "https://www.example.com/join"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"


@dataclass
class Stand:
    """A door in this process, and somebody before it."""

    door: Door

    async def follow(self, code: str, method: str = "GET", **headers: str) -> Answer:
        sent = {"user-agent": PHONE} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await ask(Starlette(routes=self.door.routes), f"/r/{code}", method=method, headers=sent)

    async def stats(self, link: LinkView) -> queries.StatsView:
        """What is counted once everything is written down."""
        await self.door._recorder.flush()
        return (await queries.stats_of_links([link.id]))[link.id]


@pytest_asyncio.fixture
async def stand(database: str, tmp_path: Path) -> AsyncIterator[Stand]:
    door = Door(Settings(database_url=database, home=tmp_path, link_home=HOME, link_cookie=True))
    async with door.serving():
        yield Stand(door)


async def a_link(plan: LinkPlan | None = None) -> LinkView:
    return await referrals.create_link_for(Owner.partner(ids.new_id()), plan or LinkPlan())


def click_of(answer: Answer) -> tokens.ClickToken:
    (token,) = parse_qs(urlsplit(answer.headers["location"]).query)["hg_click"]
    found = tokens.read(token)
    assert found is not None
    return found


async def test_a_visitor_is_sent_on_with_a_click_id_and_counted(stand: Stand) -> None:
    link = await a_link()
    answer = await stand.follow(link.code)
    assert answer.status == 302
    assert answer.headers["location"].startswith(f"{HOME}?hg_click=")
    assert answer.headers["cache-control"] == "no-store"
    assert click_of(answer).link_id == link.id
    assert (await stand.stats(link)).clicks == 1
    assert await community_database.fetch_value("select id from referrals_click") == click_of(answer).click_id


async def test_the_door_asks_no_database_for_a_link_it_knows(stand: Stand) -> None:
    link = await a_link()
    await stand.follow(link.code)
    with counting_statements() as statements:
        for _ in range(10):
            assert (await stand.follow(link.code)).status == 302
    assert statements.count == 0


async def test_the_same_visitor_counts_once_and_is_sent_on_each_time(stand: Stand) -> None:
    link = await a_link()
    answers = [
        await stand.follow(spelled) for spelled in (link.code, link.code.upper(), f"{link.code[:3]}-{link.code[3:]}")
    ]
    assert {answer.status for answer in answers} == {302}
    stats = await stand.stats(link)
    assert (stats.clicks, stats.repeats) == (1, 2)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"user_agent": "facebookexternalhit/1.1;line-poker/1.0"}),
        ("GET", {"user_agent": ""}),
        ("GET", {"sec_purpose": "prefetch;prerender"}),
        ("GET", {"purpose": "prefetch"}),
        ("GET", {"x_moz": "prefetch"}),
    ],
)
async def test_who_is_no_visitor_is_sent_on_without_a_click_id(
    stand: Stand, method: str, headers: dict[str, str]
) -> None:
    link = await a_link()
    answer = await stand.follow(link.code, method, **headers)
    assert (answer.status, answer.headers["location"]) == (302, HOME)
    assert "set-cookie" not in answer.headers
    assert (await stand.stats(link)).clicks == 0


@pytest.mark.parametrize("header", ["dnt", "sec_gpc"])
async def test_who_wants_no_track_leaves_none_and_can_still_be_brought(stand: Stand, header: str) -> None:
    link = await a_link()
    answer = await stand.follow(link.code, **{header: "1"})
    assert click_of(answer).link_id == link.id
    assert "set-cookie" not in answer.headers
    spooled = "".join(path.read_text() for path in stand.door._folder.rglob("*.clicks"))
    assert '"visitor"' not in spooled
    stats = await stand.stats(link)
    assert (stats.clicks, stats.untracked) == (0, 1)
    assert await community_database.fetch_value("select count(*) from referrals_click") == 0


async def test_a_cookie_is_set_where_the_operator_says_so(stand: Stand) -> None:
    link = await a_link()
    answer = await stand.follow(link.code)
    assert answer.headers["set-cookie"].startswith("hg_click=")
    assert "samesite=lax" in answer.headers["set-cookie"].lower()
    stand.door._sets_cookie = False
    assert "set-cookie" not in (await stand.follow(link.code)).headers


async def test_a_target_keeps_its_query_and_its_fragment(stand: Stand) -> None:
    link = await a_link(LinkPlan(target="/spring?tab=1#top"))
    location = (await stand.follow(link.code)).headers["location"]
    assert location.startswith("https://www.example.com/spring?tab=1&hg_click=")
    assert location.endswith("#top")


async def test_a_target_that_is_not_allowed_any_more_leads_home(stand: Stand) -> None:
    link = await a_link(LinkPlan(target="/spring"))
    await write("update referrals_link set target = 'https://evil.example' where id = $1", link.id)
    await stand.door._directory.load()
    assert (await stand.follow(link.code)).headers["location"].startswith(HOME)


@community_database.transaction()
async def write(sql: str, *args: object) -> None:
    await community_database.execute(sql, *args)


@pytest.mark.parametrize("code", ["nobody-77", "x", "a" * 31, "%E6%A2%85", "a%00b", "..%5c..", "' or 1=1", "<script>"])
async def test_a_code_that_is_none_is_a_page_with_a_way_home(stand: Stand, code: str) -> None:
    answer = await stand.follow(code, accept_language="zh-TW")
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "查無此連結" in answer.body.decode()
    assert HOME in answer.body.decode()
    assert "<script>" not in answer.body.decode()


async def test_a_link_that_ended_or_was_disabled_says_so_and_counts_nothing(stand: Stand) -> None:
    ended, disabled = await a_link(LinkPlan(ends_at=clock.now() + timedelta(hours=1))), await a_link()
    assert (await stand.follow(ended.code)).status == (await stand.follow(disabled.code)).status == 302
    await referrals.disable_link_for(disabled.id)

    async def is_gone() -> bool:
        return (await stand.follow(disabled.code)).status == 410

    await eventually(is_gone)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        answer = await stand.follow(ended.code)
    assert answer.status == 410
    assert "This link has ended." in answer.body.decode()
    assert (await stand.stats(ended)).clicks == 1


async def test_a_code_is_asked_for_once_until_it_is_made(stand: Stand) -> None:
    assert (await stand.follow("soon-there")).status == 404
    with counting_statements() as statements:
        assert (await stand.follow("SOON-there")).status == 404
    assert statements.count == 0
    await a_link(LinkPlan(code="soon-there"))

    async def is_found() -> bool:
        return (await stand.follow("soon-there")).status == 302

    await eventually(is_found)


async def test_who_guesses_is_told_to_wait_and_who_knows_is_not(stand: Stand) -> None:
    link = await a_link()
    await stand.follow(link.code)
    answers = [await stand.follow(f"guess-{number}") for number in range(links.GUESSES + 2)]
    assert [answer.status for answer in answers] == [404] * links.GUESSES + [429] * 2
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert (await stand.follow(link.code)).status == 302


async def test_other_methods_have_no_door(stand: Stand) -> None:
    link = await a_link()
    assert (await stand.follow(link.code, "POST")).status == 405
