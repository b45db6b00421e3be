"""A campaign's way from draft to settled, what may be changed on it, and what it keeps."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from community.access.policy import ANONYMOUS, SYSTEM
from community.campaigns import errors, queries
from community.campaigns import service as campaigns
from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.rules.plan import Audience, Budget, Flaw, Gate, Limits, Match, Prize, Review, Reward, Tickets
from community.campaigns.rules.states import Harm, State
from community.kernel import clock
from community.kernel.errors import BadInput, Forbidden, InvalidReason, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.kernel.pages import PageRequest
from tests.announcements import announced
from tests.community.campaigns.contests import (
    a_draft,
    a_plan,
    again,
    an_open_campaign,
    both,
    changed,
    enter,
    entry_again,
    later,
    points_of,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_only_staff_plan_campaigns() -> None:
    with pytest.raises(Unauthenticated):
        await campaigns.create(ANONYMOUS, "tea", a_plan())
    mei = await a_member()
    with pytest.raises(Forbidden):
        await campaigns.create(mei, "tea", a_plan())
    draft = await a_draft()
    for verb in (campaigns.schedule, campaigns.open_now, campaigns.close, campaigns.draw_prizes):
        with pytest.raises(Forbidden):
            await verb(mei, draft.id)


async def test_a_draft_is_for_those_who_plan() -> None:
    draft = await a_draft(slug="tea")
    assert await queries.campaign_by_slug(ANONYMOUS, "tea") is None
    assert (await queries.campaigns(ANONYMOUS, PageRequest())).items == []
    with pytest.raises(NotFound):
        await queries.campaign(await a_member(), draft.id)
    await campaigns.schedule(SYSTEM, draft.id)
    assert await queries.campaign_by_slug(ANONYMOUS, "tea") is not None


async def test_the_same_draft_twice_is_one_and_another_under_its_slug_is_refused() -> None:
    plan = a_plan()
    drafts = await asyncio.gather(*[campaigns.create(SYSTEM, "tea", plan) for _ in range(3)])
    assert len({draft.id for draft in drafts}) == 1
    with pytest.raises(errors.CampaignSlugTaken):
        await campaigns.create(SYSTEM, "tea", a_plan(name=both("Another")))


@pytest.mark.parametrize(
    ("parts", "flaw"),
    [
        ({"name": {"zh-Hant": "早餐"}}, Flaw.TEXT),
        ({"name": both(" ")}, Flaw.TEXT),
        ({"terms": both("x" * 20_001)}, Flaw.TEXT),
        ({"hashtags": ()}, Flaw.HASHTAGS),
        ({"hashtags": tuple(f"t{n}a" for n in range(6))}, Flaw.HASHTAGS),
        ({"audience": Audience(min_tier="platinum")}, Flaw.AUDIENCE),
        ({"limits": Limits(per_day=0)}, Flaw.LIMITS),
        ({"budget": Budget(points=-1)}, Flaw.BUDGET),
        ({"reward": Reward(points=-5)}, Flaw.REWARD),
        ({"reward": Reward(points=5, gate=Gate(members=0, days=1))}, Flaw.GATE),
        ({"prizes": (Prize(name=both("Tea\npot")),)}, Flaw.PRIZES),
        ({"prizes": (Prize(name=both("Tea"), count=1_001),)}, Flaw.PRIZES),
        ({"beacon": "a\nb"}, Flaw.BEACON),
    ],
)
async def test_a_plan_that_cannot_be_is_refused_with_its_flaw(parts: dict[str, Any], flaw: Flaw) -> None:
    with pytest.raises(errors.InvalidCampaign) as refused:
        await a_draft(**parts)
    assert refused.value.flaw is flaw


async def test_a_window_ends_after_it_begins_and_a_slug_fits_an_address() -> None:
    now = clock.now()
    with pytest.raises(errors.InvalidCampaign):
        await a_draft(opens_at=now, closes_at=now)
    for slug in ("", "Tea", "a--b", "-a", "a b", "茶", "a" * 61):
        with pytest.raises(errors.InvalidCampaign):
            await campaigns.create(SYSTEM, slug, a_plan())
    with pytest.raises(BadInput):
        await a_draft(hashtags=("not a hashtag",))


async def test_spellings_of_one_hashtag_are_one() -> None:
    draft = await a_draft(hashtags=("#Tea", "ｔｅａ"))
    assert draft.plan.hashtags == ("tea",)


async def test_the_clock_opens_closes_seals_and_settles() -> None:
    draft = await a_draft()
    scheduled = await campaigns.schedule(SYSTEM, draft.id)
    assert scheduled.state is State.SCHEDULED
    assert await campaigns.schedule(SYSTEM, draft.id) == scheduled
    for instant, state in (
        (draft.plan.opens_at, State.OPEN),
        (draft.plan.closes_at, State.CLOSED),
        (draft.plan.closes_at + timedelta(minutes=19), State.CLOSED),
        (draft.plan.closes_at + timedelta(minutes=20), State.SETTLED),
    ):
        with clock.frozen(instant - timedelta(seconds=1)):
            await tick()
        with clock.frozen(instant):
            await tick()
            await tick()
        assert (await again(draft)).state is state
    types = [fact["type"] for fact in await announced(draft.id)]
    assert types == [
        "campaign.created",
        "campaign.scheduled",
        "campaign.opened",
        "campaign.closed",
        "campaign.sealed",
        "campaign.settled",
    ]


async def test_what_is_over_or_not_begun_cannot_be_moved_any_way() -> None:
    campaign = await an_open_campaign()
    assert (await campaigns.open_now(SYSTEM, campaign.id)).version == campaign.version
    with pytest.raises(errors.CampaignInState):
        await campaigns.schedule(SYSTEM, campaign.id)
    closed = await campaigns.close(SYSTEM, campaign.id)
    assert await campaigns.close(SYSTEM, campaign.id) == closed
    for verb in (campaigns.open_now, campaigns.schedule):
        with pytest.raises(errors.CampaignInState):
            await verb(SYSTEM, campaign.id)
    with pytest.raises(errors.CampaignInState):
        await campaigns.cancel(SYSTEM, campaign.id, "Too late.")
    draft = await a_draft()
    with pytest.raises(errors.CampaignInState):
        await campaigns.close(SYSTEM, draft.id)
    with later(days=30), pytest.raises(errors.WindowPassed):
        await campaigns.open_now(SYSTEM, draft.id)
    with later(hours=2), pytest.raises(errors.WindowPassed):
        await campaigns.schedule(SYSTEM, draft.id)


async def test_cancelling_refuses_what_waits_and_keeps_what_was_given() -> None:
    given = await an_open_campaign()
    waiting = await an_open_campaign(hashtags=("豆漿",), review=Review.STAFF)
    mei = await a_member()
    await enter(mei)
    entry = await enter(mei, "這裡的豆漿喝起來有一點焦香，我很喜歡 #豆漿")
    with pytest.raises(InvalidReason):
        await campaigns.cancel(SYSTEM, waiting.id, " ")
    for campaign in (given, waiting):
        cancelled = await campaigns.cancel(SYSTEM, campaign.id, "The shop burnt down.")
        assert (cancelled.state, cancelled.cancel_reason) == (State.CANCELLED, "The shop burnt down.")
        await campaigns.cancel(SYSTEM, campaign.id, "Again.")
    refused = await entry_again(entry)
    assert (refused.state, refused.reason) == (EntryState.REFUSED, Reason.CANCELLED)
    assert await points_of(mei) == (10, 0)
    assert await queries.campaigns_of_hashtags(ANONYMOUS, [new_id()]) == [[]]


@pytest.mark.parametrize(
    ("before", "after", "harm"),
    [
        ({}, {"terms": both("Winner takes nothing.")}, Harm.TERMS),
        ({}, {"hashtags": ("別的",)}, Harm.HASHTAGS),
        ({}, {"match": Match.ANY}, Harm.HASHTAGS),
        ({}, {"needs_media": True}, Harm.MEDIA),
        ({}, {"audience": Audience(min_tier="gold")}, Harm.AUDIENCE),
        ({}, {"limits": Limits(in_all=1)}, Harm.LIMITS),
        ({"limits": Limits(in_all=2)}, {"limits": Limits(in_all=1)}, Harm.LIMITS),
        ({"budget": Budget(points=100)}, {"budget": Budget(points=99)}, Harm.BUDGET),
        ({}, {"review": Review.STAFF}, Harm.REVIEW),
        ({}, {"reward": Reward(points=9)}, Harm.REWARD),
        ({"prizes": (Prize(name=both("Tea")),)}, {"prizes": ()}, Harm.PRIZES),
        ({}, {"tickets": Tickets.MEMBER}, Harm.DRAW),
        ({}, {"beacon": "Lotto"}, Harm.DRAW),
    ],
)
async def test_an_open_campaign_changes_in_nothing_that_members_rely_on(
    before: dict[str, Any], after: dict[str, Any], harm: Harm
) -> None:
    campaign = await an_open_campaign(**before)
    with pytest.raises(errors.EntrantsHarmed) as refused:
        await changed(campaign, **after)
    assert refused.value.harm is harm
    assert (await again(campaign)).version == campaign.version


async def test_an_open_campaign_may_become_longer_larger_and_open_to_more() -> None:
    campaign = await an_open_campaign(
        budget=Budget(points=100, entries=5),
        limits=Limits(per_day=1, in_all=3),
        audience=Audience(min_tier="gold"),
        needs_media=True,
        prizes=(Prize(name=both("Tea")),),
    )
    more = await changed(
        campaign,
        closes_at=campaign.plan.closes_at + timedelta(days=1),
        budget=Budget(points=200),
        limits=Limits(in_all=4),
        audience=Audience(),
        needs_media=False,
        prizes=(Prize(name=both("Tea")), Prize(name=both("A teapot"))),
        name=both("Breakfasts"),
    )
    assert (more.version, more.plan.budget) == (campaign.version + 1, Budget(points=200))
    assert await changed(campaign) == more, "the same again changes nothing"
    with pytest.raises(errors.EntrantsHarmed):
        await changed(campaign, closes_at=campaign.plan.closes_at)
    versions = (await queries.versions_of(SYSTEM, [campaign.id]))[0]
    assert [version.version for version in versions] == [3, 2, 1]
    assert versions[0].plan == more.plan


async def test_after_closing_only_what_is_read_may_change() -> None:
    campaign = await an_open_campaign()
    await campaigns.close(SYSTEM, campaign.id)
    assert (await changed(campaign, brief=both("Thank you!"))).plan.brief == both("Thank you!")
    with pytest.raises(errors.EntrantsHarmed):
        await changed(campaign, budget=Budget(points=10**6))
    with later(hours=1):
        await tick()
        with pytest.raises(errors.CampaignInState):
            await changed(campaign, brief=both("Bye!"))


async def test_an_announced_campaign_changes_freely_but_not_into_the_past() -> None:
    draft = await a_draft()
    await campaigns.schedule(SYSTEM, draft.id)
    assert (await changed(draft, reward=Reward(points=1))).plan.reward.points == 1
    with pytest.raises(errors.WindowPassed):
        await changed(draft, opens_at=clock.now() - timedelta(hours=1))


async def tick() -> None:
    """What the clock does each minute."""
    await campaigns.open_due()
    await campaigns.close_due()
    await campaigns.seal_due()
    await campaigns.lapse_due()
    await campaigns.settle_due()
