"""A stranger follows a member's link, joins, reads, buys, takes part and wins; whoever brought them is rewarded.

The documents are those of `tests/operations`; the link is followed through its door; only the clock is ours.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest_asyncio
from starlette.applications import Starlette

from api.links import Door
from community.access import service as access
from community.access.policy import Actor, Role
from community.kernel import clock
from community.ledger import service as ledger
from community.referrals import service as referrals
from community.settings import Settings
from tests.announcements import everything_is_heard
from tests.asgi import ask as request
from tests.community.partners.deals import a_key, a_link, a_partner
from tests.factories import a_member
from tests.graph import ask

OPERATIONS = Path(__file__).parents[1] / "operations"
PHONE = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"}
FREE, PAID = "南湖的清晨沒有人。", "只有會員知道的那條小路在橋的後面。"
LATER = timedelta(minutes=5)
"""Who signs up as soon as they clicked is looked at by staff."""

HOLD = timedelta(days=30, minutes=1)

JOIN = """
mutation ($email: String!, $handle: String!, $clickId: String!) {
  signUp(input: { email: $email, password: "a long enough one", handle: $handle, displayName: "Ines",
                  source: { clickId: $clickId } }) {
    ... on SignUpPayload { tokens { accessToken } viewer { member { id } } }
    ... on Problem { message }
  }
}
"""
BALANCE = "{ viewer { balance { points pending } } }"
ARTICLE = """
query ($slug: String!) {
  content(slug: $slug) {
    body { isWhole parts { html } }
    access { granted reason requires { feature } offers { kind feature } }
  }
}
"""


@pytest_asyncio.fixture
async def door(database: str, tmp_path: Path) -> AsyncIterator[Door]:
    door = Door(Settings(database_url=database, home=tmp_path, link_home="https://www.example.com/join"))
    async with door.serving():
        yield door


async def test_a_stranger_becomes_a_member_who_reads_buys_and_wins_and_their_friend_is_rewarded(door: Door):
    mei, editor, admin = await a_member(), await a_member(roles={Role.EDITOR}), await a_member(roles={Role.ADMIN})
    slug = await an_article(editor)
    await a_campaign(editor)

    code = (await sent("app/my_referral", mei))["referral"]["code"]
    click_id = await followed(door, code)
    with clock.frozen(clock.now() + LATER):
        ines, ines_id = await joined(click_id, "ines")
        assert [friend["stage"] for friend in await friends_of(mei)] == ["SIGNED_UP"]

        before = (await ask(ARTICLE, actor=ines, slug=slug)).only
        assert FREE in str(before["body"])
        assert PAID not in str(before)
        assert not before["access"]["granted"]
        assert before["access"]["requires"] == {"feature": "articles.premium"}
        assert {"kind": "GET_FEATURE", "feature": "articles.premium"} in before["access"]["offers"]

        bought = await sent("staff/record_order", admin, order=a_pass_for(ines_id))
        assert sum(each["amount"] for each in bought["effects"]["earned"] if each["currency"] == "POINTS") == 9
        after = (await ask(ARTICLE, actor=ines, slug=slug)).only
        assert after["access"]["granted"]
        assert PAID in str(after["body"])

        await all_is_heard()
        assert [friend["stage"] for friend in await friends_of(mei)] == ["QUALIFIED"]
        assert (await ask(BALANCE, actor=mei)).only["balance"] == {"points": 0, "pending": 100}

        written = await sent("app/write_post", ines, text="橋後面的小路，走一次就知道為什麼 #秋日散步", key="one")
        assert written["postEdge"]["node"]["hashtags"][0]["name"] == "秋日散步"
        await all_is_heard()
        (entry,) = (await sent("app/my_campaign_entries", ines))["campaignEntries"]["nodes"]
        assert (entry["state"], entry["points"]) == ("ACCEPTED", 25)

        with clock.frozen(clock.now() + HOLD):
            await referrals.keep_due()
            await ledger.settle_due()
            assert (await ask(BALANCE, actor=mei)).only["balance"] == {"points": 100, "pending": 0}
            assert [friend["stage"] for friend in await friends_of(mei)] == ["REWARDED"]
        assert (await ledger.reconcile()).is_clean


async def test_a_partner_sees_what_its_own_link_brought_and_nothing_else(door: Door):
    mei, admin = await a_member(), await a_member(roles={Role.ADMIN})
    partner, rival = await a_key(await a_partner()), await a_key(await a_partner())
    code = (await sent("app/my_referral", mei))["referral"]["code"]
    clicks = [await followed(door, code), await followed(door, (await a_link(partner)).code)]
    with clock.frozen(clock.now() + LATER):
        _, hers = await joined(clicks[0], "hers")
        _, theirs = await joined(clicks[1], "theirs")
        for member in (hers, theirs):
            await sent("staff/record_order", admin, order=a_pass_for(member))
        await all_is_heard()
        mine = await sent("partner/overview", partner)
        assert mine["stats"]["signedUp"] == 1
        assert mine["balance"]["pending"] == 500 + 9_000 * 75 // 1000
        nothing = await sent("partner/overview", rival)
        assert (nothing["stats"]["clicks"], nothing["balance"]["pending"], nothing["signUps"]["nodes"]) == (0, 0, [])


async def followed(door: Door, code: str) -> str:
    """A stranger follows a link; the click id that they are handed."""
    answer = await request(Starlette(routes=door.routes), f"/r/{code}", headers=PHONE)
    (click_id,) = parse_qs(urlsplit(answer.headers["location"]).query)["hg_click"]
    await door._recorder.flush()
    return click_id


async def joined(click_id: str, handle: str) -> tuple[Actor, str]:
    """The stranger signs up; they, and their id in the graph."""
    payload = (await ask(JOIN, email=f"{handle}@example.org", handle=handle, clickId=click_id)).only
    await all_is_heard()
    actor = await access.authenticate_token(payload["tokens"]["accessToken"])
    return actor, payload["viewer"]["member"]["id"]


async def friends_of(actor: Actor) -> list[dict[str, Any]]:
    """Whom they brought."""
    nodes: list[dict[str, Any]] = (await sent("app/my_referral", actor))["referral"]["friends"]["nodes"]
    return nodes


async def an_article(editor: Actor) -> str:
    """An article with a free half; its slug."""
    draft = {
        "title": "南湖",
        "body": f"{FREE}\n\n::: wall\n\n{PAID}",
        "requires": {"visibility": "FEATURE", "feature": "articles.premium"},
    }
    created = (await sent("staff/create_content", editor, contentDraft=draft, key="one"))["content"]
    await sent("staff/publish_content", editor, draftContentId=created["id"])
    return str(created["slug"])


async def a_campaign(editor: Actor) -> None:
    """A campaign that is open and rewards an entry with 25 points."""
    now = clock.now()
    plan = {
        "name": {"en": "Autumn walks"},
        "brief": {"en": "Show us where you walk."},
        "terms": {"en": "Your own words."},
        "hashtags": ["秋日散步"],
        "opensAt": now.isoformat(),
        "closesAt": (now + timedelta(days=7)).isoformat(),
        "budgetPoints": 1_000,
        "reward": {"points": 25},
    }
    created = (await sent("staff/create_campaign", editor, newSlug="autumn-walks", plan=plan))["campaign"]
    await sent("staff/open_campaign", editor, draftId=created["id"])


def a_pass_for(member_id: str) -> dict[str, Any]:
    """An order of a year of premium articles, for 90 dollars."""
    return {
        "memberId": member_id,
        "source": "shop",
        "externalId": f"pass {member_id}",
        "currency": "USD",
        "placedAt": clock.now().isoformat(),
        "lines": [{"sku": "pass.articles.365d", "name": "Articles", "quantity": 1, "unitAmount": 9_000}],
    }


async def all_is_heard() -> None:
    """Everything that follows has followed."""
    for area in ("referrals", "campaigns", "partners", "referrals", "partners"):
        await everything_is_heard(by=area)


async def sent(document: str, actor: Actor, **variables: Any) -> Any:
    """The one thing that a client's document is answered."""
    return (await ask((OPERATIONS / f"{document}.graphql").read_text(), actor=actor, **variables)).only
