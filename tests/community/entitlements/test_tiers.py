"""What a tier opens: held in the same instant, announced soon after, lost with the tier; and features that change."""

from dataclasses import replace
from datetime import datetime

import pytest

from community.access.policy import ANONYMOUS, SYSTEM
from community.entitlements import errors, jobs, queries
from community.entitlements import service as entitlements
from community.entitlements.queries import PassOffer, PointsOffer, TierOffer
from community.entitlements.rules.catalogue import DEFAULTS, Feature, Flaw
from community.entitlements.rules.rights import SourceKind
from community.entitlements.service import STAFF
from community.kernel import clock
from community.kernel.errors import Forbidden, Unauthenticated
from community.kernel.ids import new_id
from community.ledger.rules.transfers import Cause
from community.tiers import errors as tiers_errors
from community.tiers import service as tiers
from tests.announcements import announced, everything_is_heard
from tests.community.entitlements.holders import DAY, LOUNGE, PREMIUM, a_source, holds, right, said, story, until
from tests.community.tiers.members import GOLD, SILVER, VIP, somebody, spends
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

SAUNA = Feature(key="sauna", names={"en": "Sauna"}, descriptions={"en": "It is hot."})


async def test_a_tier_opens_at_once_what_the_catalogue_says() -> None:
    member = somebody()
    await spends(member, SILVER)
    assert not await holds(member)
    await spends(member, GOLD)
    held = await right(member)
    assert held
    assert [(each.source.kind, each.source.key) for each in held.sources] == [(SourceKind.TIER, "gold")]
    assert held.ends_at is None
    assert not await holds(member, LOUNGE)
    await spends(member, VIP)
    assert await holds(member, LOUNGE)


async def test_what_the_tier_opens_is_announced_once_however_often_it_is_heard() -> None:
    member = somebody()
    await spends(member, GOLD)
    await everything_is_heard(by="entitlements", times=2)
    assert [(fact["type"], fact["feature"], fact["source_kind"]) for fact in await said(member)] == [
        ("granted", PREMIUM, "tier"),
        ("granted", "early_access", "tier"),
    ]


async def test_what_the_tier_opened_goes_with_it() -> None:
    member = somebody()
    await tiers.set_plan_tier(member, "gold", Cause("plan", "began"), now=clock.now())
    await everything_is_heard(by="entitlements")
    await tiers.set_plan_tier(member, None, Cause("plan", "ended"), now=clock.now())
    assert not await holds(member)
    await everything_is_heard(by="entitlements", times=2)
    assert sorted(await story(member)) == ["granted", "granted", "revoked", "revoked"]


async def test_the_tier_falls_while_a_staff_grant_is_live(frozen_clock: datetime) -> None:
    member = await a_member()
    assert member.member_id
    await tiers.set_plan_tier(member.member_id, "gold", Cause("plan", "began"), now=frozen_clock)
    await entitlements.grant_by_staff(SYSTEM, member.member_id, PREMIUM, reason="loyal", ends_at=frozen_clock + 9 * DAY)
    assert await until(member.member_id) is None
    await tiers.set_plan_tier(member.member_id, None, Cause("plan", "ended"), now=frozen_clock)
    held = await right(member.member_id)
    assert held
    assert ([each.source for each in held.sources], held.ends_at) == ([STAFF], frozen_clock + 9 * DAY)
    await everything_is_heard(by="entitlements")
    told = [fact for fact in await said(member.member_id) if fact["feature"] == PREMIUM]
    assert [fact["type"] for fact in told] == ["granted", "prolonged"]
    assert told[-1]["until"] == (frozen_clock + 9 * DAY).isoformat()
    await entitlements.revoke_by_staff(SYSTEM, member.member_id, PREMIUM, STAFF.kind, STAFF.key, reason="enough")
    assert not await holds(member.member_id)


async def test_a_lock_opens_until_its_end_to_the_instant(frozen_clock: datetime) -> None:
    member = await a_member()
    assert member.member_id
    await tiers.lock(SYSTEM, member.member_id, "vip", reason="jury", ends_at=frozen_clock + DAY)
    with clock.frozen(frozen_clock + DAY - datetime.resolution):
        assert await holds(member.member_id, LOUNGE)
    with clock.frozen(frozen_clock + DAY):
        assert not await holds(member.member_id, LOUNGE)


async def test_who_has_it_from_an_event_keeps_it_without_a_word_when_the_tier_comes() -> None:
    member = somebody()
    await entitlements.grant(member, PREMIUM, a_source())
    await spends(member, GOLD)
    await everything_is_heard(by="entitlements")
    assert [fact["type"] for fact in await said(member) if fact["feature"] == PREMIUM] == ["granted"]


class TestOffers:
    async def test_the_ways_to_a_feature(self) -> None:
        assert queries.ways_to((await queries.catalogue()).features[PREMIUM]) == [
            TierOffer(feature=PREMIUM, tier="gold"),
            PassOffer(feature=PREMIUM, sku="pass.articles.30d", days=30, amount=900, currency="USD"),
            PassOffer(feature=PREMIUM, sku="pass.articles.365d", days=365, amount=9_000, currency="USD"),
            PointsOffer(feature=PREMIUM, points=200, days=7),
        ]


class TestPublishing:
    async def test_a_new_feature_is_there_at_once(self) -> None:
        published = await entitlements.publish(SYSTEM, SAUNA)
        assert published.version == 4
        assert (await queries.catalogue()).features["sauna"] == SAUNA
        assert await announced(SAUNA.id) == [
            {
                "type": "feature.published",
                "feature_id": str(SAUNA.id),
                "feature": "sauna",
                "catalogue_version": 4,
                "tier_before": None,
                "tier": None,
            }
        ]

    async def test_its_versions_are_kept(self) -> None:
        for days in (1, 2):
            await entitlements.publish(SYSTEM, replace(SAUNA, descriptions={"en": f"Hot for {days} days."}))
        versions = await queries.versions_of(SYSTEM, "sauna")
        assert [each.feature.descriptions["en"] for each in versions] == ["Hot for 2 days.", "Hot for 1 days."]
        assert await queries.versions_of(SYSTEM, "no\0key") == []

    async def test_another_tier_opens_it_at_once_and_is_announced_to_everybody_concerned(self) -> None:
        golden, silver, nobody = somebody(), somebody(), somebody()
        await spends(golden, GOLD)
        await spends(silver, SILVER)
        await everything_is_heard(by="entitlements")
        premium = replace(DEFAULTS[0], tier="silver")
        await entitlements.publish(SYSTEM, premium)
        assert await holds(silver)
        await jobs.announce_feature(feature=PREMIUM)
        await jobs.announce_feature(feature=PREMIUM)
        assert await story(silver) == ["granted"]
        await entitlements.publish(SYSTEM, replace(premium, tier="vip"))
        assert not await holds(golden)
        await jobs.announce_feature(feature=PREMIUM)
        assert await story(silver) == ["granted", "revoked"]
        assert [fact["type"] for fact in await said(golden) if fact["feature"] == PREMIUM] == ["granted", "revoked"]
        assert await story(nobody) == []

    async def test_the_job_goes_on_where_it_stopped(self) -> None:
        members = sorted(somebody() for _ in range(5))
        for member in members:
            await spends(member, GOLD)
        after, pages = None, 0
        while after := await entitlements.settle_feature(PREMIUM, after=after, limit=2):
            pages += 1
        assert pages == 3
        assert [await story(member) for member in members] == [["granted"]] * 5

    async def test_what_was_bought_goes_on_when_a_feature_is_not_sold_any_more(self, frozen_clock: datetime) -> None:
        member = await a_member()
        assert member.member_id
        await entitlements.grant(member.member_id, PREMIUM, a_source(), ends_at=frozen_clock + DAY)
        await entitlements.publish(SYSTEM, replace(DEFAULTS[0], tier=None, passes=(), points=None))
        assert await holds(member.member_id)
        assert queries.ways_to((await queries.catalogue()).features[PREMIUM]) == []

    async def test_only_who_may(self) -> None:
        for actor, refusal in ((ANONYMOUS, Unauthenticated), (await a_member(), Forbidden)):
            with pytest.raises(refusal):
                await entitlements.publish(actor, SAUNA)
            with pytest.raises(refusal):
                await queries.versions_of(actor, "sauna")

    async def test_what_cannot_be_is_refused(self) -> None:
        with pytest.raises(errors.InvalidFeature) as refused:
            await entitlements.publish(SYSTEM, replace(SAUNA, passes=DEFAULTS[0].passes))
        assert refused.value.flaw is Flaw.SKU_TAKEN
        with pytest.raises(tiers_errors.UnknownTier):
            await entitlements.publish(SYSTEM, replace(SAUNA, tier="platinum"))
        assert "sauna" not in (await queries.catalogue()).features


async def test_can_answers_for_one_member() -> None:
    member = somebody()
    assert not await queries.can(member, PREMIUM)
    await spends(member, GOLD)
    assert await queries.can(member, PREMIUM)
    assert not await queries.can(new_id(), PREMIUM)
