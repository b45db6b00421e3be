"""The campaigns of the world: a draft, one that is open, one that staff review, one to be drawn, one that was drawn."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from community.access.policy import SYSTEM, Actor
from community.campaigns import queries
from community.campaigns import service as campaigns
from community.campaigns.queries import CampaignView
from community.campaigns.rules.plan import Plan, Prize, Review, Reward
from community.kernel import clock
from community.kernel.pages import PageRequest
from community.members import service as members
from community.posts import service as posts
from community.posts.rules.hashtags import hashtag_id
from schema.nodes import encode_id

OPEN, REVIEWED, DRAWN, SEALED = "秋日散步", "咖啡地圖", "夜市小吃", "老屋新生"
TEXTS = (
    "沿著河堤走到大橋，太陽下山前的半小時最漂亮",
    "巷子裡的咖啡店只有六個位子，老闆會記得每個人喝什麼",
    "排了四十分鐘的蚵仔煎，醬是自己熬的，蛋煎得邊緣微焦",
)


async def some_campaigns(mei: Actor, others: list[Actor]) -> dict[str, Any]:
    """Make them, and the variables that documents name them by. Three posts enter three campaigns each."""
    prizes = (Prize(name=_both("A teapot"), points=50), Prize(name=_both("Tea")))
    opened = await _open("autumn-walks", OPEN, reward=Reward(points=10, credits=5))
    reviewed = await _open("coffee-map", REVIEWED, review=Review.STAFF)
    drawn = await _open("night-markets", DRAWN, prizes=prizes)
    sealed = await _open("old-houses", SEALED, prizes=prizes)
    draft = await campaigns.create(SYSTEM, "spring-tea", _plan("春茶"))
    for author, text in zip((mei, *others), TEXTS, strict=False):
        await _enter(author, f"{text} #{OPEN} #{REVIEWED} #{DRAWN}", OPEN, REVIEWED, DRAWN)
    await _enter(mei, f"{TEXTS[0]}，回頭再看一眼 #{SEALED}", SEALED)
    for campaign in (drawn, sealed):
        await campaigns.close(SYSTEM, campaign.id)
    with clock.frozen(clock.now() + timedelta(hours=1)):
        await campaigns.seal_due()
    await campaigns.draw_prizes(SYSTEM, drawn.id)
    waiting = await _entries(reviewed)
    await campaigns.accept_entries(SYSTEM, waiting[:1])
    assert mei.member_id
    await members.label(SYSTEM, mei.member_id, "guests")
    await posts.chart(clock.now() - timedelta(hours=1))
    return {
        "campaignSlug": "night-markets",
        "draftId": _id(draft),
        "newSlug": "winter-soup",
        "openCampaignId": _id(opened),
        "openPlan": _as_input(replace(opened.plan, closes_at=opened.plan.closes_at + timedelta(days=7))),
        "plan": _as_input(_plan("冬湯")),
        "reviewSlug": "coffee-map",
        "reviewedEntryId": encode_id("CampaignEntry", waiting[0]),
        "sealedCampaignId": _id(sealed),
        "trendingTag": OPEN,
        "waitingEntryIds": [encode_id("CampaignEntry", each) for each in waiting[1:]],
    }


async def _open(slug: str, tag: str, **parts: Any) -> CampaignView:
    draft = await campaigns.create(SYSTEM, slug, _plan(tag, **parts))
    return await campaigns.open_now(SYSTEM, draft.id)


async def _enter(author: Actor, text: str, *tags: str) -> None:
    post = await posts.write(author, text)
    await campaigns.consider(post.id, [hashtag_id(tag) for tag in tags])


async def _entries(campaign: CampaignView) -> list[UUID]:
    (page,) = await queries.entries_of_campaigns(SYSTEM, [campaign.id], PageRequest())
    return [entry.id for entry in page.items]


def _plan(tag: str, **parts: Any) -> Plan:
    now = clock.now()
    usual = {
        "name": _both("散步"),
        "brief": _both("Walk, and **tell** us."),
        "terms": _both("Be fair."),
        "opens_at": now + timedelta(hours=1),
        "closes_at": now + timedelta(days=14),
        "hashtags": (tag,),
        "reward": Reward(points=10),
    }
    return Plan(**{**usual, **parts})


def _as_input(plan: Plan) -> dict[str, Any]:
    return {
        "name": {"en": plan.name["en"], "zhHant": plan.name["zh-Hant"]},
        "brief": {"en": plan.brief["en"], "zhHant": plan.brief["zh-Hant"]},
        "terms": {"en": plan.terms["en"], "zhHant": plan.terms["zh-Hant"]},
        "opensAt": plan.opens_at.isoformat(),
        "closesAt": plan.closes_at.isoformat(),
        "hashtags": list(plan.hashtags),
        "reward": {"points": plan.reward.points, "credits": plan.reward.credits},
    }


def _both(text: str) -> dict[str, str]:
    return {"en": text, "zh-Hant": text}


def _id(campaign: CampaignView) -> str:
    return encode_id("Campaign", campaign.id)
