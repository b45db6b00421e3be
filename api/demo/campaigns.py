"""Three campaigns over what the sixty members write: one that is over and drawn, one that is open, one to come."""

from datetime import datetime, timedelta

from api.demo.plan import JOINED
from community.access.policy import SYSTEM
from community.campaigns import queries
from community.campaigns import service as campaigns
from community.campaigns.queries import CampaignView
from community.campaigns.rules.plan import Budget, Cycle, Gate, Limits, Match, Plan, Prize, Review, Reward, Score
from community.campaigns.rules.states import State
from community.kernel import clock
from community.kernel.pages import MAX_SIZE, PageRequest
from community.posts import queries as posts
from community.posts.queries import Filter, Order
from community.posts.rules.hashtags import hashtag_id

PAST, PRESENT, COMING = "hotel-breakfasts", "novel-relay", "family-trips"

ENTERED = ("早餐", "小说")

SINCE_CLOSED = timedelta(minutes=30)
"""Long enough for the list of entries to be sealed."""

FAIR = {
    "en": "One member, one prize. Copies, hashtags without words and posts that are removed do not count.",
    "zh-Hant": "每位會員限得一獎。抄襲、堆砌標籤或已移除的貼文不列入計算。",
}


async def seed_campaigns(now: datetime) -> None:
    """Plan them, before anybody writes. What is planned already stays as it is."""
    for slug, plan, begins in (
        (PAST, _past(now), now - JOINED),
        (PRESENT, _present(now), now - timedelta(days=20)),
        (COMING, _coming(now), None),
    ):
        campaign = await queries.campaign_by_slug(SYSTEM, slug) or await campaigns.create(SYSTEM, slug, plan)
        if campaign.state is State.DRAFT:
            await _announce(campaign, begins)


async def finish_campaigns(now: datetime) -> None:
    """After everybody has written: let posts enter, close the one that is over, draw its prizes. Again does nothing."""
    for tag in ENTERED:
        await _enter_all(tag)
    campaign = await queries.campaign_by_slug(SYSTEM, PAST)
    assert campaign is not None, "campaigns are planned before they are finished"
    if campaign.state is State.OPEN:
        with clock.frozen(now - SINCE_CLOSED):
            await campaigns.close(SYSTEM, campaign.id)
    await campaigns.seal_due()
    await campaigns.draw_prizes(SYSTEM, campaign.id)


async def _enter_all(tag: str) -> None:
    """Have the posts with a hashtag heard of, in their order: no worker runs while the demo is loaded."""
    page = PageRequest(size=MAX_SIZE)
    while True:
        found = await posts.feed(SYSTEM, page, Filter(hashtag=tag), Order.OLDEST_FIRST)
        for post in found.items:
            await campaigns.consider(post.id, [hashtag_id(tag)])
        if not found.has_next:
            return
        page = PageRequest(size=MAX_SIZE, after=(found.items[-1].id,))


async def _announce(campaign: CampaignView, begins: datetime | None) -> None:
    if begins is None:
        await campaigns.schedule(SYSTEM, campaign.id)
        return
    with clock.frozen(begins):
        await campaigns.open_now(SYSTEM, campaign.id)


def _past(now: datetime) -> Plan:
    return Plan(
        name={"en": "Hotel breakfasts", "zh-Hant": "飯店早餐大評比"},
        brief={
            "en": "Where was the **breakfast** worth getting up for? Tell us with #早餐.",
            "zh-Hant": "哪一家飯店的**早餐**值得早起？帶上 #早餐 告訴我們。",
        },
        terms=FAIR,
        opens_at=now - JOINED,
        closes_at=now + timedelta(days=1),
        hashtags=("早餐",),
        limits=Limits(per_day=2),
        budget=Budget(points=1_500),
        reward=Reward(points=10),
        cycle=Cycle.WEEK,
        prizes=(
            Prize(name={"en": "A night with breakfast for two", "zh-Hant": "雙人住宿含早餐"}),
            Prize(name={"en": "500 points", "zh-Hant": "500 點"}, count=3, points=500),
        ),
    )


def _present(now: datetime) -> Plan:
    return Plan(
        name={"en": "The novel relay", "zh-Hant": "小說接力"},
        brief={
            "en": "Recommend a **novel**, or warn of one, with #小說 or #小说.",
            "zh-Hant": "推薦一本**小說**，或勸退一本。帶上 #小說 或 #小说。",
        },
        terms=FAIR,
        opens_at=now - timedelta(days=20),
        closes_at=now + timedelta(days=10),
        hashtags=("小說", "小说"),
        match=Match.ANY,
        review=Review.STAFF,
        budget=Budget(entries=100),
        reward=Reward(points=20, credits=5, gate=Gate(members=3, days=7)),
        score=Score.REACTIONS,
    )


def _coming(now: datetime) -> Plan:
    return Plan(
        name={"en": "Travelling with children", "zh-Hant": "親子旅行"},
        brief={
            "en": "A picture and a tip for whoever travels with **children**: #亲子.",
            "zh-Hant": "一張照片、一個訣竅，給帶**孩子**旅行的人：#亲子。",
        },
        terms=FAIR,
        opens_at=now + timedelta(days=7),
        closes_at=now + timedelta(days=37),
        hashtags=("亲子",),
        needs_media=True,
        reward=Reward(points=15),
    )
