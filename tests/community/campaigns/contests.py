"""Builders for campaigns and what enters them: a test names only what it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from community.access.policy import SYSTEM, Actor
from community.campaigns import queries
from community.campaigns import service as campaigns
from community.campaigns.queries import CampaignView, EntryView
from community.campaigns.rules.plan import Plan, Reward
from community.kernel import clock
from community.ledger import queries as ledger
from community.posts import service as posts
from community.posts.queries import PostView
from tests.announcements import everything_is_heard

TAG = "秋日早餐"

_numbers = count(1)


def both(text: str) -> dict[str, str]:
    return {"en": text, "zh-Hant": text}


def a_plan(**parts: Any) -> Plan:
    """A campaign of two weeks that opens in an hour and pays 10 points for a post with TAG."""
    now = clock.now()
    usual = {
        "name": both("早餐"),
        "brief": both("Show us **breakfast**."),
        "terms": both("Be fair."),
        "opens_at": now + timedelta(hours=1),
        "closes_at": now + timedelta(days=14),
        "hashtags": (TAG,),
        "reward": Reward(points=10),
    }
    return Plan(**{**usual, **parts})


async def a_draft(*, slug: str | None = None, **parts: Any) -> CampaignView:
    return await campaigns.create(SYSTEM, slug or f"campaign-{next(_numbers)}", a_plan(**parts))


async def an_open_campaign(**parts: Any) -> CampaignView:
    """One that is open now."""
    draft = await a_draft(**parts)
    return await campaigns.open_now(SYSTEM, draft.id)


async def again(campaign: CampaignView) -> CampaignView:
    return await queries.campaign(SYSTEM, campaign.id)


async def changed(campaign: CampaignView, **parts: Any) -> CampaignView:
    """The campaign after staff changed these parts of its plan."""
    return await campaigns.edit(SYSTEM, campaign.id, replace((await again(campaign)).plan, **parts))


def a_text(*, tag: str = TAG) -> str:
    """Something nobody has said before, nor nearly."""
    words = [str(pow(7, next(_numbers) * 3 + n, 10**9 + 7)) for n in range(3)]
    return f"第{words[0]}家早餐店的蛋餅{words[1]}配冰豆漿真的很好吃{words[2]} #{tag}"


async def enter(author: Actor, text: str | None = None) -> EntryView:
    """What became of a post that `author` wrote; fails when it is in no campaign."""
    (entry,) = await entries(await write(author, text))
    return entry


async def write(author: Actor, text: str | None = None) -> PostView:
    """A post that campaigns have heard of."""
    post = await posts.write(author, text or a_text())
    await everything_is_heard(by="campaigns")
    return post


async def entries(post: PostView) -> list[EntryView]:
    (found,) = await queries.entries_of_posts(SYSTEM, [post.id])
    return found


async def entry_again(entry: EntryView) -> EntryView:
    return (await queries.entries_by_ids(SYSTEM, [entry.id]))[entry.id]


async def points_of(member: Actor) -> tuple[int, int]:
    """Active and pending points."""
    balance = (await ledger.balances_of([id_of(member)], clock.now()))[id_of(member)]
    return balance.points, balance.pending


def id_of(actor: Actor) -> UUID:
    assert actor.member_id
    return actor.member_id


@contextmanager
def later(**time: float) -> Iterator[datetime]:
    """So much later."""
    instant = clock.now() + timedelta(**time)
    with clock.frozen(instant):
        yield instant
