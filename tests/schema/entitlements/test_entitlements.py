"""Entitlements through the graph: to everybody, to the member, to friends, to staff, and live."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid5

import pytest
import pytest_asyncio
from joserfc import jwt

from community.access.policy import ANONYMOUS, Actor, Role
from community.access.signing import public_keys
from community.entitlements import service as entitlements
from community.entitlements.rules.catalogue import NAMESPACE
from community.entitlements.service import STAFF
from community.kernel import ids
from community.kernel.errors import Forbidden, InvalidId, NotFound, Unauthenticated
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.outbox import tail, worker
from community.settings import Settings
from schema.context import Context
from schema.nodes import encode_id
from schema.root import schema
from tests.community.entitlements.holders import LOUNGE, PREMIUM, a_source, buys
from tests.community.tiers.members import GOLD, spends
from tests.deadlines import PATIENCE_SECONDS, eventually
from tests.factories import a_member
from tests.graph import ask, member_id

pytestmark = pytest.mark.usefixtures("database")

UNLOCK = """
mutation ($feature: String!, $key: String = "now") {
  unlockFeature(input: { feature: $feature, idempotencyKey: $key }) {
    __typename
    ... on UnlockFeaturePayload {
      points balanceAfter { points } entitlement { feature { key } sources { kind } }
    }
    ... on InsufficientPoints { balance needed }
    ... on AlreadyHeld { feature until }
    ... on UnknownFeature { known }
    ... on Problem { code message }
  }
}
"""
GIVE = """
mutation ($to: ID!, $message: String = "給你", $key: String = "now") {
  giveFeature(input: { memberId: $to, feature: "articles.premium", message: $message, idempotencyKey: $key }) {
    __typename
    ... on GiveFeaturePayload {
      gift { id message points answerBy outcome feature { key } sender { id } recipient { id } } balanceAfter { points }
    }
    ... on Problem { code message }
  }
}
"""
ANSWER = """
mutation ($giftId: ID!) {
  VERBGift(input: { giftId: $giftId }) {
    __typename
    ... on ResultPayload { gift { outcome } }
    ... on Problem { code message }
  }
}
"""
ACCEPT = ANSWER.replace("VERB", "accept").replace("Result", "AcceptGift")
DECLINE = ANSWER.replace("VERB", "decline").replace("Result", "DeclineGift")
GRANT = """
mutation ($memberId: ID!, $feature: String = "lounge", $reason: String = "loyal", $endsAt: DateTime) {
  grantEntitlement(input: { memberId: $memberId, feature: $feature, reason: $reason, endsAt: $endsAt }) {
    __typename
    ... on GrantEntitlementPayload { member { entitlements { feature { key } sources { kind key } } } }
    ... on Problem { code message }
  }
}
"""
REVOKE = """
mutation ($memberId: ID!, $kind: EntitlementSourceKind = STAFF, $key: String = "staff") {
  revokeEntitlement(input: { memberId: $memberId, feature: "lounge", kind: $kind, key: $key, reason: "enough" }) {
    __typename
    ... on RevokeEntitlementPayload { member { entitlements { feature { key } } } }
    ... on Problem { code message }
  }
}
"""
PUBLISH = """
mutation ($feature: FeatureInput!) {
  publishFeature(input: { feature: $feature }) {
    __typename
    ... on PublishFeaturePayload { feature { id key offers { __typename } } }
    ... on InvalidFeature { flaw }
    ... on Problem { code message }
  }
}
"""
SAUNA: dict[str, Any] = {"key": "sauna", "name": {"en": "Sauna"}, "description": {"en": "It is hot."}}


async def rich() -> Actor:
    member = await a_member()
    assert member.member_id
    await ledger.award(member.member_id, Currency.POINTS, 500, Cause("test", str(ids.new_id())))
    return member


async def an_admin() -> Actor:
    return await a_member(roles=frozenset({Role.ADMIN}))


async def test_the_catalogue_is_public_and_speaks_the_callers_language() -> None:
    document = """{ features { key name viewerHolds offers {
        __typename
        ... on TierOffer { tier { key } }
        ... on PassOffer { sku days amount currency }
        ... on PointsOffer { points days }
    } } }"""
    features = (await ask(document, locale="zh-Hant")).only
    assert [(feature["key"], feature["name"]) for feature in features] == [
        ("articles.premium", "精選專文"),
        ("early_access", "搶先體驗"),
        ("lounge", "會員交誼廳"),
    ]
    assert not any(feature["viewerHolds"] for feature in features)
    assert features[0]["offers"] == [
        {"__typename": "TierOffer", "tier": {"key": "gold"}},
        {"__typename": "PassOffer", "sku": "pass.articles.30d", "days": 30, "amount": 900, "currency": "USD"},
        {"__typename": "PassOffer", "sku": "pass.articles.365d", "days": 365, "amount": 9_000, "currency": "USD"},
        {"__typename": "PointsOffer", "points": 200, "days": 7},
    ]


async def test_a_member_sees_what_they_may_use_and_why() -> None:
    mei = await a_member()
    assert mei.member_id
    await spends(mei.member_id, GOLD)
    await buys(mei.member_id, "pass.lounge.30d")
    document = """{ viewer {
        entitlements { until feature { key viewerHolds } sources { kind key since } }
        reads: can(feature: "articles.premium") bathes: can(feature: "sauna")
    } }"""
    viewer = (await ask(document, actor=mei)).only
    assert [each["feature"]["key"] for each in viewer["entitlements"]] == ["articles.premium", "early_access", "lounge"]
    assert viewer["entitlements"][0]["sources"] == [{"kind": "TIER", "key": "gold", "since": None}]
    assert viewer["entitlements"][2]["until"] is not None
    assert all(each["feature"]["viewerHolds"] for each in viewer["entitlements"])
    assert (viewer["reads"], viewer["bathes"]) == (True, False)


async def test_a_snapshot_travels_through_the_graph() -> None:
    mei = await a_member()
    assert mei.member_id
    await entitlements.grant(mei.member_id, LOUNGE, a_source())
    token = (await ask("{ viewer { entitlementSnapshot } }", actor=mei)).only["entitlementSnapshot"]
    said = jwt.decode(token, public_keys(), algorithms=["Ed25519"]).claims
    assert said["sub"] == str(mei.member_id)
    assert list(said["rights"]) == [LOUNGE]


async def test_the_right_to_one_single_thing_is_shown_by_its_key() -> None:
    mei, article = await a_member(), f"content.{ids.new_id().hex}"
    assert mei.member_id
    await entitlements.grant(mei.member_id, article, a_source())
    document = """{ viewer {
        entitlements { featureKey feature { key } } member { entitlementHistory { nodes { featureKey } } }
    } }"""
    assert (await ask(document, actor=mei)).only == {
        "entitlements": [{"featureKey": article, "feature": None}],
        "member": {"entitlementHistory": {"nodes": [{"featureKey": article}]}},
    }


class TestUnlocking:
    async def test_points_open_a_feature_and_the_payload_says_what_is_left(self) -> None:
        mei = await rich()
        paid = (await ask(UNLOCK, actor=mei, feature=PREMIUM)).only
        assert paid == {
            "__typename": "UnlockFeaturePayload",
            "points": 200,
            "balanceAfter": {"points": 300},
            "entitlement": {"feature": {"key": PREMIUM}, "sources": [{"kind": "POINTS"}]},
        }
        assert (await ask(UNLOCK, actor=mei, feature=PREMIUM)).only == paid

    async def test_each_refusal_has_its_data(self) -> None:
        mei, tom = await rich(), await a_member()
        await ask(UNLOCK, actor=mei, feature=PREMIUM)
        held = (await ask(UNLOCK, actor=mei, feature=PREMIUM, key="again", locale="zh-Hant")).only
        assert (held["code"], held["feature"], held["until"] is not None) == ("ALREADY_HELD", PREMIUM, True)
        poor = (await ask(UNLOCK, actor=tom, feature=PREMIUM)).only
        assert (poor["__typename"], poor["balance"], poor["needed"]) == ("InsufficientPoints", 0, 200)
        assert (await ask(UNLOCK, actor=mei, feature=LOUNGE, key="l")).only["code"] == "NOT_FOR_POINTS"
        unknown = (await ask(UNLOCK, actor=mei, feature="\0", key="u")).only
        assert (unknown["code"], len(unknown["known"])) == ("UNKNOWN_FEATURE", 3)
        assert (await ask(UNLOCK, actor=mei, feature="early_access")).only["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert (await ask(UNLOCK, feature=PREMIUM)).refusals == [Unauthenticated]


class TestGifts:
    async def test_a_gift_is_sent_seen_by_both_and_accepted(self) -> None:
        mei, tom = await rich(), await a_member()
        sent = (await ask(GIVE, actor=mei, to=member_id(tom))).only
        gift = sent["gift"]
        assert (gift["sender"]["id"], gift["recipient"]["id"]) == (member_id(mei), member_id(tom))
        assert (gift["points"], sent["balanceAfter"]["points"], gift["outcome"]) == (200, 300, None)
        received = (await ask("{ viewer { gifts { nodes { id message } } } }", actor=tom)).only
        assert received["gifts"]["nodes"] == [{"id": gift["id"], "message": "給你"}]
        given = (await ask("{ viewer { sentGifts { nodes { id } } } }", actor=mei)).only
        assert given["sentGifts"]["nodes"] == [{"id": gift["id"]}]
        accepted = (await ask(ACCEPT, actor=tom, giftId=gift["id"])).only
        assert accepted["gift"] == {"outcome": "ACCEPTED"}
        declined = (await ask(DECLINE, actor=tom, giftId=gift["id"])).only
        assert declined["code"] == "GIFT_SETTLED"

    async def test_a_declined_gift_comes_back(self) -> None:
        mei, tom = await rich(), await a_member()
        gift = (await ask(GIVE, actor=mei, to=member_id(tom))).only["gift"]
        assert (await ask(DECLINE, actor=tom, giftId=gift["id"])).only["gift"] == {"outcome": "DECLINED"}
        assert (await ask("{ viewer { balance { points } } }", actor=mei)).only["balance"]["points"] == 500

    async def test_strangers_neither_see_nor_answer_it(self) -> None:
        mei, tom, eve = await rich(), await a_member(), await a_member()
        gift = (await ask(GIVE, actor=mei, to=member_id(tom))).only["gift"]
        node = "query ($id: ID!) { node(id: $id) { ... on Gift { message } } }"
        assert (await ask(node, actor=eve, id=gift["id"])).only is None
        assert (await ask(node, actor=mei, id=gift["id"])).only == {"message": "給你"}
        assert (await ask(ACCEPT, actor=eve, giftId=gift["id"])).refusals == [NotFound]
        assert (await ask(ACCEPT, actor=eve, giftId=member_id(eve))).refusals == [InvalidId]

    async def test_what_cannot_be_given(self) -> None:
        mei, tom = await rich(), await a_member()
        for to, message, code in (
            (mei, "hi", "CANNOT_TARGET_SELF"),
            (tom, " ", "INVALID_GIFT"),
        ):
            assert (await ask(GIVE, actor=mei, to=member_id(to), message=message)).only["code"] == code


class TestStaff:
    async def test_staff_give_and_take_by_source(self) -> None:
        admin, mei = await an_admin(), await a_member()
        granted = (await ask(GRANT, actor=admin, memberId=member_id(mei))).only
        sources = [{"kind": "STAFF", "key": STAFF.key}]
        assert granted["member"]["entitlements"] == [{"feature": {"key": LOUNGE}, "sources": sources}]
        revoked = (await ask(REVOKE, actor=admin, memberId=member_id(mei))).only
        assert revoked["member"]["entitlements"] == []

    async def test_what_staff_cannot_do(self) -> None:
        admin, mei = await an_admin(), await a_member()
        past = "2020-01-01T00:00:00Z"
        to = {"actor": admin, "memberId": member_id(mei)}
        assert (await ask(GRANT, **to, endsAt=past)).only["code"] == "INVALID_GRANT"
        assert (await ask(GRANT, **to, reason="\0 ")).only["code"] == "INVALID_REASON"
        assert (await ask(GRANT, **to, feature="sauna")).only["code"] == "UNKNOWN_FEATURE"
        assert (await ask(GRANT, actor=admin, memberId=member_id(admin))).only["code"] == "CANNOT_TARGET_SELF"
        assert (await ask(REVOKE, **to, kind="TIER", key="vip")).only["code"] == "NOT_REVOCABLE"
        assert (await ask(REVOKE, **to, kind="EVENT", key="\0")).only["__typename"] == "RevokeEntitlementPayload"
        for actor, refusal in ((mei, Forbidden), (ANONYMOUS, Unauthenticated)):
            for document in (GRANT, REVOKE):
                assert (await ask(document, actor=actor, memberId=member_id(admin))).refusals == [refusal]

    async def test_what_somebody_may_use_is_theirs_and_staffs_to_know(self) -> None:
        admin, mei, tom = await an_admin(), await a_member(), await a_member()
        assert mei.member_id
        await entitlements.grant(mei.member_id, LOUNGE, a_source(), reason="came to the party")
        document = """query ($id: ID!) { node(id: $id) { ... on Member {
            entitlements { feature { key } } entitlementHistory { nodes { id reason closing } }
        } } }"""
        for actor in (admin, mei):
            seen = (await ask(document, actor=actor, id=member_id(mei))).only
            assert seen["entitlements"] == [{"feature": {"key": LOUNGE}}]
            (line,) = seen["entitlementHistory"]["nodes"]
            assert (line["reason"], line["closing"]) == ("came to the party", None)
            node = "query ($id: ID!) { node(id: $id) { ... on EntitlementGrant { feature { key } } } }"
            assert (await ask(node, actor=actor, id=line["id"])).only == {"feature": {"key": LOUNGE}}
            assert (await ask(node, actor=tom, id=line["id"])).only is None
        for actor in (tom, ANONYMOUS):
            seen = (await ask(document, actor=actor, id=member_id(mei))).only
            assert seen == {"entitlements": None, "entitlementHistory": None}

    async def test_staff_present_a_gift_of_the_house(self) -> None:
        admin, mei = await an_admin(), await a_member()
        document = """mutation ($to: ID!, $days: Int!) {
          presentFeature(input: { memberId: $to, feature: "lounge", days: $days, message: "hi", idempotencyKey: "k" }) {
            ... on PresentFeaturePayload { gift { outcome points sender { id } } }
            ... on Problem { code }
          }
        }"""
        assert (await ask(document, actor=admin, to=member_id(mei), days=0)).only["code"] == "INVALID_GIFT"
        presented = (await ask(document, actor=admin, to=member_id(mei), days=3)).only
        assert presented["gift"] == {"outcome": "ACCEPTED", "points": None, "sender": None}
        assert (await ask('{ viewer { can(feature: "lounge") } }', actor=mei)).only == {"can": True}

    async def test_staff_publish_a_feature_and_read_its_versions(self) -> None:
        admin = await an_admin()
        first = (await ask(PUBLISH, actor=admin, feature=SAUNA)).only["feature"]
        assert first == {"id": encode_id("Feature", uuid5(NAMESPACE, "sauna")), "key": "sauna", "offers": []}
        await ask(PUBLISH, actor=admin, feature={**SAUNA, "tier": "vip", "points": {"points": 5, "days": 1}})
        versions = (
            await ask('{ featureVersions(feature: "sauna") { feature { offers { __typename } } } }', actor=admin)
        ).only
        assert [[offer["__typename"] for offer in each["feature"]["offers"]] for each in versions] == [
            ["TierOffer", "PointsOffer"],
            [],
        ]
        found = (await ask("query ($id: ID!) { node(id: $id) { ... on Feature { key } } }", id=first["id"])).only
        assert found == {"key": "sauna"}

    async def test_what_cannot_be_published(self) -> None:
        admin, mei = await an_admin(), await a_member()
        bad = (await ask(PUBLISH, actor=admin, feature={**SAUNA, "key": "Sauna"})).only
        assert (bad["code"], bad["flaw"]) == ("INVALID_FEATURE", "KEY")
        assert (await ask(PUBLISH, actor=admin, feature={**SAUNA, "tier": "no"})).only["code"] == "UNKNOWN_TIER"
        assert (await ask(PUBLISH, actor=mei, feature=SAUNA)).refusals == [Forbidden]
        assert (await ask('{ featureVersions(feature: "x") { version } }', actor=mei)).refusals == [Forbidden]


@pytest_asyncio.fixture
async def serving(database: str) -> AsyncIterator[None]:
    async with worker.serving(Settings(database_url=database)):
        yield


@pytest.mark.usefixtures("serving")
async def test_a_member_watches_their_rights_and_nobody_elses() -> None:
    mei, tom = await a_member(), await a_member()
    assert mei.member_id
    assert tom.member_id
    source: Any = await schema().subscribe(
        "subscription { entitlementsChanged { feature { key } } }", None, Context(actor=mei)
    )
    listening = tail.current().subscribers

    async def has_begun() -> bool:
        return tail.current().subscribers > listening

    first = asyncio.ensure_future(anext(source))
    await eventually(has_begun)
    await entitlements.grant(tom.member_id, PREMIUM, a_source())
    event = a_source()
    await entitlements.grant(mei.member_id, LOUNGE, event)
    seen = await asyncio.wait_for(first, PATIENCE_SECONDS)
    assert seen.data == {"entitlementsChanged": [{"feature": {"key": LOUNGE}}]}
    following = asyncio.ensure_future(anext(source))
    await entitlements.revoke(mei.member_id, LOUNGE, event, reason="over")
    assert (await asyncio.wait_for(following, PATIENCE_SECONDS)).data == {"entitlementsChanged": []}
    await source.aclose()


@pytest.mark.usefixtures("serving")
async def test_a_stranger_has_no_rights_to_watch() -> None:
    source: Any = await schema().subscribe("subscription { entitlementsChanged { until } }", None, Context())
    (refused,) = [result async for result in source]
    assert isinstance(refused.errors[0].original_error, Unauthenticated)
