"""Tiers through the graph: to everybody, to the member, to staff, and live."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from community.access.policy import Actor, Role
from community.kernel import clock
from community.kernel.errors import Forbidden, Unauthenticated
from community.outbox import tail, worker
from community.settings import Settings
from community.tiers import service as tiers
from schema.context import Context
from schema.root import schema
from tests.community.tiers.members import GOLD, SILVER, a_cause, earns, spends
from tests.deadlines import PATIENCE_SECONDS, eventually
from tests.factories import a_member
from tests.graph import ask, member_id

pytestmark = pytest.mark.usefixtures("database")

LADDER = [{"key": key, "name": {"en": key.title()}} for key in ("member", "silver", "gold", "vip")]
LOCK = """
mutation ($memberId: ID!, $tier: String!, $reason: String = "why") {
  lockTier(input: { memberId: $memberId, tier: $tier, reason: $reason }) {
    __typename
    ... on LockTierPayload { member { tier { key } } }
    ... on Problem { code message }
  }
}
"""
SIMULATE = """
query ($programme: TierProgrammeInput!) {
  simulateTiers(programme: $programme) {
    __typename
    ... on TierSimulation { memberCount moves { before { key } after { key } atOnce memberCount } }
    ... on InvalidTierProgramme { code flaw message }
  }
}
"""


async def an_admin() -> Actor:
    return await a_member(roles=frozenset({Role.ADMIN}))


async def climbs(actor: Actor, amount: int) -> None:
    assert actor.member_id
    await spends(actor.member_id, amount)


async def test_the_ladder_is_public_and_speaks_the_callers_language() -> None:
    ladder = (await ask("{ tiers { key name perks thresholds { track needed } } }", locale="zh-Hant")).only
    assert [tier["key"] for tier in ladder] == ["member", "silver", "gold", "vip"]
    assert (ladder[0]["name"], ladder[0]["thresholds"]) == ("一般會員", [])
    assert ladder[1]["thresholds"] == [{"track": "SPEND", "needed": SILVER}, {"track": "ENGAGEMENT", "needed": 200}]
    assert (await ask("{ tiers { name } }")).only[2] == {"name": "Gold"}


async def test_a_tier_is_public_and_its_numbers_are_not() -> None:
    mei, tom = await a_member(handle="mei"), await a_member()
    await climbs(mei, GOLD)
    document = '{ member(handle: "mei") { tier { key } standing { since } } }'
    assert (await ask(document)).only == {"tier": {"key": "gold"}, "standing": None}
    assert (await ask(document, actor=tom)).only["standing"] is None
    assert (await ask(document, actor=mei)).only["standing"]
    assert (await ask(document, actor=await an_admin())).only["standing"]


async def test_a_standing_explains_itself_down_to_the_entries() -> None:
    mei = await a_member()
    await climbs(mei, SILVER)
    assert mei.member_id
    await earns(mei.member_id, 20)
    standing = (
        await ask(
            "{ viewer { standing { tier { key } decidingTrack because { track value isDeciding tier { key }"
            " entries { nodes { amount cause } } }"
            " progress { nextTier { key } lostAt nextBestAction { aim track missing tier { key } } }"
            " history { nodes { before after reason track programmeVersion } } } } }",
            actor=mei,
        )
    ).only["standing"]
    assert standing["decidingTrack"] == "SPEND"
    assert standing["because"] == [
        {"track": "PLAN", "value": None, "isDeciding": False, "tier": None, "entries": {"nodes": []}},
        {
            "track": "SPEND",
            "value": SILVER,
            "isDeciding": True,
            "tier": {"key": "silver"},
            "entries": {"nodes": [{"amount": SILVER, "cause": "order"}]},
        },
        {
            "track": "ENGAGEMENT",
            "value": 20,
            "isDeciding": False,
            "tier": {"key": "member"},
            "entries": {"nodes": [{"amount": 20, "cause": "activity"}]},
        },
    ]
    assert standing["progress"]["nextTier"] == {"key": "gold"}
    assert standing["history"]["nodes"] == [
        {"before": "member", "after": "silver", "reason": "EARNED", "track": "SPEND", "programmeVersion": 1}
    ]


async def test_tiers_and_changes_are_found_again_by_their_ids() -> None:
    mei = await a_member()
    await climbs(mei, SILVER)
    document = "{ viewer { standing { tier { id } history { nodes { id } } } } }"
    standing = (await ask(document, actor=mei)).only["standing"]
    ids = [standing["tier"]["id"], standing["history"]["nodes"][0]["id"]]
    nodes = (
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Tier { key } ... on TierTransition { after } } }"
    )
    assert (await ask(nodes, actor=mei, ids=ids)).only == [
        {"__typename": "Tier", "key": "silver"},
        {"__typename": "TierTransition", "after": "silver"},
    ]
    assert (await ask(nodes, ids=ids)).only[1] is None


async def test_staff_lock_a_tier_and_are_told_what_is_wrong() -> None:
    staff, mei = await an_admin(), await a_member()
    locked = await ask(LOCK, actor=staff, memberId=member_id(mei), tier="vip")
    assert locked.only == {"__typename": "LockTierPayload", "member": {"tier": {"key": "vip"}}}
    unknown = (await ask(LOCK, actor=staff, memberId=member_id(mei), tier="platin", locale="zh-Hant")).only
    assert (unknown["code"], unknown["message"][:9]) == ("UNKNOWN_TIER", "沒有 platin")
    assert (await ask(LOCK, actor=staff, memberId=member_id(mei), tier="vip", reason=" ")).only["code"] == (
        "INVALID_REASON"
    )
    assert (await ask(LOCK, actor=staff, memberId=member_id(staff), tier="vip")).only["code"] == "CANNOT_TARGET_SELF"
    assert (await ask(LOCK, actor=mei, memberId=member_id(mei), tier="vip")).refusals == [Forbidden]


async def test_a_simulation_says_who_would_move_or_what_is_wrong_with_the_rules() -> None:
    staff = await an_admin()
    mei = await a_member()
    await climbs(mei, GOLD)
    await climbs(mei, GOLD)
    simulated = (await ask(SIMULATE, actor=staff, programme={"ladder": LADDER})).only
    assert simulated["memberCount"] == 1
    assert simulated["moves"] == [
        {"before": {"key": "gold"}, "after": {"key": "silver"}, "atOnce": False, "memberCount": 1}
    ]
    flawed = (await ask(SIMULATE, actor=staff, programme={"ladder": LADDER[:2]})).only
    assert (flawed["__typename"], flawed["flaw"]) == ("InvalidTierProgramme", "TIER_MISSING")
    assert (await ask(SIMULATE, actor=await a_member(), programme={"ladder": LADDER})).refusals == [Forbidden]
    assert (await ask("{ tierProgrammes { version } }")).refusals == [Unauthenticated]


@pytest_asyncio.fixture
async def serving(database: str) -> AsyncIterator[None]:
    async with worker.serving(Settings(database_url=database, redis_url=None)):
        yield


@pytest.mark.usefixtures("serving")
async def test_a_member_sees_their_tier_change_and_nobody_elses() -> None:
    mei, tom = await a_member(), await a_member()
    source: Any = await schema().subscribe(
        "subscription { standingChanged { tier { key } } }", None, Context(actor=mei)
    )
    listening = tail.current().subscribers

    async def has_begun() -> bool:
        return tail.current().subscribers > listening

    first = asyncio.ensure_future(anext(source))
    await eventually(has_begun)
    await climbs(tom, GOLD)
    await climbs(mei, SILVER)
    seen = await asyncio.wait_for(first, PATIENCE_SECONDS)
    assert seen.data == {"standingChanged": {"tier": {"key": "silver"}}}
    following = asyncio.ensure_future(anext(source))
    assert mei.member_id
    await tiers.set_plan_tier(mei.member_id, "vip", a_cause("plan"), now=clock.now())
    assert (await asyncio.wait_for(following, PATIENCE_SECONDS)).data == {"standingChanged": {"tier": {"key": "vip"}}}
    await source.aclose()


@pytest.mark.usefixtures("serving")
async def test_a_stranger_has_no_standing_to_watch() -> None:
    source: Any = await schema().subscribe("subscription { standingChanged { since } }", None, Context())
    (refused,) = [result async for result in source]
    assert isinstance(refused.errors[0].original_error, Unauthenticated)
