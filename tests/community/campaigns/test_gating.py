"""Rewards that wait for others to react: given once enough did in time, gone when not."""

import asyncio

import pytest

from community.access.policy import SYSTEM, Actor
from community.campaigns import service as campaigns
from community.campaigns.queries import EntryView, RewardState
from community.campaigns.rules.judging import EntryState
from community.campaigns.rules.plan import Budget, Gate, Review, Reward
from community.campaigns.rules.states import State
from community.kernel import clock
from community.ledger import service as ledger
from community.posts import service as posts
from community.posts.rules.reactions import Reaction
from community.tiers import queries as tiers
from tests.announcements import announced, everything_is_heard
from tests.community.campaigns.contests import again, an_open_campaign, enter, entry_again, id_of, later, points_of
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

GATED = Reward(points=10, credits=100_000, gate=Gate(members=2, days=3))


async def react(entry: EntryView, *members: Actor, kind: Reaction = Reaction.LIKE) -> None:
    for member in members:
        await posts.react(member, entry.post_id, kind)
    await everything_is_heard(by="campaigns")


async def test_a_reward_waits_until_enough_others_have_reacted() -> None:
    campaign = await an_open_campaign(reward=GATED)
    mei, lin, kai = await a_member(), await a_member(), await a_member()
    entry = await enter(mei)
    assert (entry.state, entry.reward) == (EntryState.ACCEPTED, RewardState.WAITING)
    assert await points_of(mei) == (0, 10)
    assert (await again(campaign)).spent.points == 10, "what is promised is spoken for"
    await react(entry, mei, lin)
    await react(entry, lin, kind=Reaction.LOVE)
    assert (await entry_again(entry)).reward is RewardState.WAITING, "oneself is nobody, and one is one"
    await react(entry, kai)
    given = await entry_again(entry)
    assert (given.reward, given.reactors) == (RewardState.GIVEN, 2)
    assert await points_of(mei) == (10, 0)
    assert (await tiers.tiers_of([id_of(mei)], clock.now()))[id_of(mei)].key == "vip"
    assert "campaign_entry.rewarded" in [fact["type"] for fact in await announced(id_of(mei))]
    await posts.unreact(kai, entry.post_id, Reaction.LIKE)
    await everything_is_heard(by="campaigns", times=2)
    assert (await entry_again(entry)).reward is RewardState.GIVEN, "what was let through stays"
    assert (await entry_again(entry)).reactors == 1


async def test_without_enough_reactions_in_time_the_reward_and_its_budget_come_free() -> None:
    campaign = await an_open_campaign(reward=GATED, budget=Budget(points=10))
    mei = await a_member()
    entry = await enter(mei)
    await react(entry, await a_member())
    with later(days=3, seconds=5):
        late = await a_member()
        await posts.react(late, entry.post_id, Reaction.LIKE)
        assert await campaigns.lapse_due() == 1
        assert await campaigns.lapse_due() == 0
        await everything_is_heard(by="campaigns")
        gone = await entry_again(entry)
        assert (gone.state, gone.reward) == (EntryState.ACCEPTED, RewardState.LAPSED)
        assert await points_of(mei) == (0, 0)
        spent = (await again(campaign)).spent
        assert (spent.points, spent.entries) == (0, 1)
        await posts.remove(mei, entry.post_id)
        await everything_is_heard(by="campaigns")
        spent = (await again(campaign)).spent
        assert (spent.points, spent.entries) == (0, 0), "nothing is taken back twice"


async def test_a_reaction_in_time_counts_though_it_is_heard_of_late() -> None:
    await an_open_campaign(reward=GATED)
    mei = await a_member()
    entry = await enter(mei)
    for member in (await a_member(), await a_member()):
        await posts.react(member, entry.post_id, Reaction.LIKE)
    with later(days=4):
        assert await campaigns.lapse_due() == 1
    assert (await entry_again(entry)).reward is RewardState.GIVEN
    assert await points_of(mei) == (10, 0)


async def test_reactions_before_staff_accept_count_as_well() -> None:
    await an_open_campaign(reward=GATED, review=Review.STAFF)
    mei = await a_member()
    entry = await enter(mei)
    await react(entry, await a_member(), await a_member())
    await campaigns.accept_entries(SYSTEM, [entry.id])
    assert await points_of(mei) == (10, 0)


async def test_a_reward_that_waits_is_taken_back_with_its_post() -> None:
    campaign = await an_open_campaign(reward=GATED)
    mei = await a_member()
    entry = await enter(mei)
    await posts.remove(mei, entry.post_id)
    await everything_is_heard(by="campaigns")
    assert (await entry_again(entry)).reward is RewardState.TAKEN_BACK
    assert await points_of(mei) == (0, 0)
    assert (await again(campaign)).spent.points == 0
    assert (await ledger.reconcile()).is_clean


async def test_many_who_react_at_once_open_the_gate_once() -> None:
    await an_open_campaign(reward=GATED)
    mei = await a_member()
    entry = await enter(mei)
    fans = [await a_member() for _ in range(6)]
    await asyncio.gather(*[posts.react(fan, entry.post_id, Reaction.LIKE) for fan in fans])
    await asyncio.gather(*[campaigns.count_reactions([entry.post_id]) for _ in range(6)])
    assert await points_of(mei) == (10, 0)
    assert (await entry_again(entry)).reactors == 6


async def test_a_campaign_is_not_settled_while_a_reward_waits() -> None:
    campaign = await an_open_campaign(reward=GATED)
    entry = await enter(await a_member())
    await campaigns.close(SYSTEM, campaign.id)
    with later(hours=1):
        assert (await campaigns.seal_due(), await campaigns.settle_due()) == (1, 0)
    with later(days=4):
        await campaigns.lapse_due()
        assert await campaigns.settle_due() == 1
    assert (await again(campaign)).state is State.SETTLED
    assert (await entry_again(entry)).reward is RewardState.LAPSED
