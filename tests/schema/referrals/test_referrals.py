"""Referrals in the graph: from a stranger's click to a friend's reward, who sees what, what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from community.access.policy import ANONYMOUS, Actor, Role
from community.kernel.errors import Forbidden, Unauthenticated
from community.referrals import queries
from schema.nodes import decode_id, encode_id
from tests.community.referrals.friends import a_referrer, all_is_heard, bought, brought, clicked, link_of
from tests.factories import PASSWORD, a_member
from tests.graph import ask

pytestmark = pytest.mark.usefixtures("database")

SIGN_UP = """
mutation ($handle: String!, $password: String!, $source: SignUpSourceInput) {
  signUp(input: {
    email: "somebody@example.net", password: $password, handle: $handle, displayName: "新朋友", source: $source
  }) { __typename ... on SignUpPayload { viewer { member { id } referral { broughtBy { handle } } } } }
}
"""

MINE = """
{ viewer { referral {
    code link { id url qr(image: PNG) isDefault } stats { clicks signedUp qualified rewarded rejected }
    friends { nodes { id stage heldUntil review score endReason signals { code } friend { handle } } }
    qualified: friends(stage: QUALIFIED) { nodes { id } }
    broughtBy { handle }
} } }
"""

NODE = "query ($id: ID!) { node(id: $id) { ... on Referral { stage friend { handle } } ... on ReferralLink { code } } }"

QUEUE = "{ referralReviews { nodes { id review score signals { code weight meaning evidence { name value } } } } }"

LOG = """
query ($id: ID!) {
  attributionLog(memberId: $id) { nodes { kind verdict reason code campaign link { code } referrer { handle } } }
}
"""

CREATE = """
mutation ($input: CreateReferralLinkInput!) {
  createReferralLink(input: $input) {
    __typename ... on CreateReferralLinkPayload { link { code url } } ... on Problem { message }
  }
}
"""


async def a_moderator() -> Actor:
    return await a_member(roles=frozenset({Role.MODERATOR}))


async def test_a_stranger_follows_a_link_joins_and_qualifies() -> None:
    mei = await a_member(handle="mei")
    link = await link_of(mei)
    token = await clicked(link)
    joined = await ask(
        SIGN_UP,
        password=PASSWORD,
        handle="newfriend",
        source={"clickId": token, "source": "Instagram", "campaign": "spring"},
    )
    friend_id = joined.only["viewer"]["member"]["id"]
    await all_is_heard()
    mine = (await ask(MINE, actor=mei)).only["referral"]
    assert [(each["stage"], each["friend"]["handle"]) for each in mine["friends"]["nodes"]] == [
        ("SIGNED_UP", "newfriend")
    ]
    (view,) = (await queries.referrals_by_ids([decode_id(mine["friends"]["nodes"][0]["id"], "Referral")])).values()
    assert (view.source, view.campaign) == ("instagram", "spring")
    await bought(view)
    mine = (await ask(MINE, actor=mei)).only["referral"]
    assert len(mine["qualified"]["nodes"]) == 1
    assert mine["stats"] == {"clicks": 1, "signedUp": 1, "qualified": 1, "rewarded": 0, "rejected": 0}
    assert mine["link"]["url"].endswith(f"/r/{mine['code']}")
    assert mine["link"]["qr"].startswith("data:image/png;base64,")
    friend = Actor(kind=mei.kind, member_id=view.member_id)
    assert friend_id == encode_id("Member", view.member_id)
    assert (await ask(MINE, actor=friend)).only["referral"]["broughtBy"] == {"handle": "mei"}


async def test_signing_up_on_the_referrers_own_device_is_seen_through() -> None:
    mei = await a_member(handle="mei")
    token = await clicked(await link_of(mei))
    await ask(SIGN_UP, actor=mei, password=PASSWORD, handle="meitoo", source={"clickId": token})
    await all_is_heard()
    (friend,) = (await ask(MINE, actor=mei)).only["referral"]["friends"]["nodes"]
    assert friend["stage"] == "REJECTED"
    assert (friend["review"], friend["score"], friend["endReason"], friend["signals"]) == (None, None, None, None)


@pytest.mark.parametrize(
    "source", [None, {}, {"clickId": "'; drop table"}, {"earlierClickIds": ["x"] * 50, "code": "\u0000"}]
)
async def test_whatever_the_source_says_nobody_is_turned_away(source: dict[str, Any] | None) -> None:
    assert (await ask(SIGN_UP, password=PASSWORD, handle="newfriend", source=source)).only[
        "__typename"
    ] == "SignUpPayload"
    await all_is_heard()


async def test_a_referral_and_a_link_are_seen_by_their_owner_and_staff_alone() -> None:
    mei, link = await a_referrer()
    view = await brought(link)
    friend = Actor(kind=mei.kind, member_id=view.member_id)
    for id in (encode_id("Referral", view.id), encode_id("ReferralLink", link.id)):
        seen = [
            bool((await ask(NODE, actor=actor, id=id)).only) for actor in (mei, await a_moderator(), friend, ANONYMOUS)
        ]
        assert seen == [True, True, False, False]


async def test_staff_see_why_somebody_is_doubtful_and_decide() -> None:
    _, link = await a_referrer()
    await brought(link)
    await brought(link, email="x@mailinator.com")
    await brought(link, ago=timedelta(seconds=1))
    moderator = await a_moderator()
    (waiting,) = (await ask(QUEUE, actor=moderator)).only["nodes"]
    assert (waiting["review"], waiting["signals"][0]["code"]) == ("WAITING", "TOO_QUICK")
    evidence = {figure["name"]: figure["value"] for figure in waiting["signals"][0]["evidence"]}
    assert evidence == {"seconds": "1", "least": "5"}
    for name in ("approveReferral", "rejectReferral"):
        document = f'mutation ($id: ID!) {{ {name}(input: {{ referralId: $id, reason: "seen" }}) {{ __typename }} }}'
        payload = name[0].upper() + name[1:] + "Payload"
        assert (await ask(document, actor=moderator, id=waiting["id"])).only["__typename"] == payload
        for actor, refusal in ((ANONYMOUS, Unauthenticated), (await a_member(), Forbidden)):
            assert (await ask(document, actor=actor, id=waiting["id"])).refusals == [refusal]


async def test_the_log_says_why_to_staff_alone() -> None:
    mei, link = await a_referrer()
    view = await brought(link, campaign="spring")
    id = encode_id("Member", view.member_id)
    nodes = (await ask(LOG, actor=await a_moderator(), id=id)).only["nodes"]
    assert {(node["kind"], node["verdict"]) for node in nodes} == {("MEMBER_LINK", "WON"), ("CAMPAIGN", "OUTRANKED")}
    assert all(node["reason"].endswith(".") for node in nodes)
    for document, variables in ((LOG, {"id": id}), (QUEUE, {})):
        for actor, refusal in ((ANONYMOUS, Unauthenticated), (mei, Forbidden)):
            assert (await ask(document, actor=actor, **variables)).refusals == [refusal]


@pytest.mark.parametrize(
    ("given", "problem", "said"),
    [
        ({"code": "官方"}, "InvalidReferralCode", "推薦碼須為"),
        ({"code": "Taken-0ne"}, "ReferralCodeTaken", "Taken-0ne"),
        ({"target": "//evil.example"}, "TargetNotAllowed", "連結不能導向該處"),
        ({"subSource": "a b"}, "InvalidLink", "subSource"),
    ],
)
async def test_what_is_refused_is_said_in_the_callers_language(given: dict[str, str], problem: str, said: str) -> None:
    mei = await a_member()
    await ask(CREATE, actor=mei, input={"code": "taken-one"})
    answer = (await ask(CREATE, actor=mei, locale="zh-Hant", input=given)).only
    assert answer["__typename"] == problem
    assert said in answer["message"]


async def test_a_programme_changes_from_then_on() -> None:
    document = """mutation { publishReferralProgramme(input: { model: FIRST_TOUCH, holdingDays: 7 }) {
        __typename ... on PublishReferralProgrammePayload { programme { version model windowDays holdingDays } } } }"""
    admin = await a_member(roles=frozenset({Role.ADMIN}))
    assert (await ask(document, actor=await a_moderator())).refusals == [Forbidden]
    published = (await ask(document, actor=admin)).only["programme"]
    assert published == {"version": "2", "model": "FIRST_TOUCH", "windowDays": 90, "holdingDays": 7}
    now = (await ask("{ referralProgramme { version model windowDays holdingDays } }")).only
    assert now == published
