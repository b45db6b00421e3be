"""`make entries`: 1,000 posts at once for the last places of two campaigns. Fails unless every figure is exact.

One campaign has points for 99 entries and a half, the other one place. Then a third of those that got in are removed
while as many others try: what comes free is given again, and never more than there is.
"""

import asyncio
import logging
import os
import sys
import time
from itertools import cycle

import structlog

from community import database
from community.access.policy import SYSTEM, Actor
from community.campaigns import queries
from community.campaigns import service as campaigns
from community.campaigns.queries import CampaignView, EntryView
from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.rules.plan import Budget, Reward
from community.ledger import service as ledger
from community.posts import service as posts
from community.posts.queries import PostView
from community.posts.rules.hashtags import hashtag_id
from tests.community.campaigns.contests import a_text, again, an_open_campaign
from tests.databases import Cleaner, databases, patient
from tests.factories import a_member

NAME = f"hourglass_entries_{os.getpid()}"
POSTS = int(os.environ.get("POSTS", "1000"))
AUTHORS = 50
REPEATED = 5
"""Every fifth post is heard of twice."""

MANY, ONE = "還有九十九個", "只剩一個"
POINTS = 995


async def written(count: int) -> list[tuple[Actor, PostView]]:
    """So many posts, each with both hashtags, of fewer members: several of each arrive at the same moment."""
    authors = [await a_member() for _ in range(min(count, AUTHORS))]
    found = []
    for author, _ in zip(cycle(authors), range(count), strict=False):
        found.append((author, await posts.write(author, f"{a_text(tag=MANY)} #{ONE}")))
    return found


async def consider(post: PostView) -> list[EntryView]:
    return await campaigns.consider(post.id, [hashtag_id(MANY), hashtag_id(ONE)])


async def rush(many: CampaignView, one: CampaignView, crowd: list[tuple[Actor, PostView]]) -> bool:
    """All of them at once, and some of them twice."""
    print(f"{len(crowd):,} posts are written")
    began = time.monotonic()
    answers = await asyncio.gather(*[consider(post) for _, post in [*crowd, *crowd[::REPEATED]]])
    took = time.monotonic() - began
    judged = {entry.id: entry for entries in answers for entry in entries}.values()
    refused = {entry.reason for entry in judged if entry.state is EntryState.REFUSED}
    print(f"heard of at once, {len(crowd[::REPEATED])} of them twice: {len(judged):,} entries in {took:.0f} s")
    figures = await told(many), await told(one)
    print(f"  the others: {', '.join(sorted(reason.value for reason in refused if reason))}")
    places = min(len(crowd), POINTS // 10)
    is_exact = figures == ((places, places * 10), (1, 10))
    return is_exact and len(judged) == 2 * len(crowd) and refused == {Reason.BUDGET_EXHAUSTED}


async def exchange(many: CampaignView, one: CampaignView, crowd: list[tuple[Actor, PostView]]) -> bool:
    """Some of those that count go while others come."""
    counting = await database.fetch(
        "select post_id from campaigns_entry where campaign_id = $1 and state = 'accepted' limit $2",
        many.id,
        POINTS // 30,
    )
    authors = {post.id: author for author, post in crowd}
    leaving = [row["post_id"] for row in counting]
    for post_id in leaving:
        await posts.remove(authors[post_id], post_id)
    coming = await written(len(leaving) * 2)
    await asyncio.gather(
        *[campaigns.consider(post_id, []) for post_id in leaving], *[consider(post) for _, post in coming]
    )
    counted, spent = await told(many)
    await told(one)
    return spent == counted * 10 and spent <= POINTS


async def told(campaign: CampaignView) -> tuple[int, int]:
    """What a campaign says it gave, after the entries and the ledger said the same."""
    spent = (await again(campaign)).spent
    entries = await database.fetch_value(
        "select count(*) from campaigns_entry where campaign_id = $1 and state = 'accepted'", campaign.id
    )
    points = await database.fetch_value(
        "select coalesce(sum(lot.remaining), 0)::bigint from campaigns_entry e join ledger_transfer t"
        " on t.cause_kind = 'campaign.entered' and t.cause_key like e.id::text || ':%'"
        " join ledger_lot lot on lot.transfer_id = t.id where e.campaign_id = $1",
        campaign.id,
    )
    budget = campaign.plan.budget
    limit = f"{budget.points} points" if budget.points else f"{budget.entries} entries"
    print(f"  of a budget of {limit}: {entries} count, {points} points paid")
    assert (entries, points) == (spent.entries, spent.points), "three books, one figure"
    return spent.entries, spent.points


async def main() -> bool:
    """Everything on a server of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    async with databases() as server:
        url = await server.copy(NAME)
        cleaner = await Cleaner.of(url)
        await database.connect(patient(database_url=url, pool_size=20, pool_acquire_seconds=600))
        try:
            many = await an_open_campaign(hashtags=(MANY,), budget=Budget(points=POINTS), reward=Reward(points=10))
            one = await an_open_campaign(hashtags=(ONE,), budget=Budget(entries=1), reward=Reward(points=10))
            crowd = await written(POSTS)
            results = [await rush(many, one, crowd), await exchange(many, one, crowd)]
            report = await ledger.reconcile()
            print(f"reconcile: {report.transfers} transfers, {'clean' if report.is_clean else report.broken}")
            (results_of, _) = await queries.results_of(SYSTEM, [many.id, one.id])
            return all(results) and report.is_clean and results_of.points <= POINTS
        finally:
            await database.disconnect()
            await cleaner.close()
            await server.drop(NAME)


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
