"""Staff decide on entries, one or many, and undo what they decided: points and budget always follow."""

import asyncio

import pytest

from community.access.policy import SYSTEM, Actor, Kind, Role
from community.campaigns import errors
from community.campaigns import service as campaigns
from community.campaigns.queries import EntryView
from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.rules.plan import Budget, Limits, Review, Reward
from community.kernel.errors import BadInput, Forbidden, InvalidReason, NotFound
from community.kernel.ids import new_id
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause
from community.posts import service as posts
from tests.announcements import announced, everything_is_heard
from tests.community.campaigns.contests import again, an_open_campaign, enter, entry_again, id_of, points_of
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

MODERATOR = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({Role.MODERATOR}))
WHY = "The picture is not yours."


async def waiting(author: Actor | None = None) -> EntryView:
    entry = await enter(author or await a_member())
    assert entry.state is EntryState.PENDING
    return entry


async def test_what_staff_accept_earns_and_what_they_refuse_does_not() -> None:
    campaign = await an_open_campaign(review=Review.STAFF)
    mei = await a_member()
    first, second = await waiting(mei), await waiting(mei)
    assert await points_of(mei) == (0, 0)
    (accepted,) = await campaigns.accept_entries(MODERATOR, [first.id])
    (refused,) = await campaigns.refuse_entries(MODERATOR, [second.id], WHY)
    assert (accepted.state, accepted.decided_by) == (EntryState.ACCEPTED, MODERATOR.member_id)
    assert (refused.reason, refused.note) == (Reason.BY_STAFF, WHY)
    assert await points_of(mei) == (10, 0)
    assert (await again(campaign)).spent.entries == 1
    types = [fact["type"] for fact in await announced(id_of(mei)) if fact["type"].startswith("campaign")]
    assert types == ["campaign_entry.submitted"] * 2 + ["campaign_entry.accepted", "campaign_entry.refused"]


async def test_accepting_again_or_at_once_pays_once() -> None:
    await an_open_campaign(review=Review.STAFF)
    mei = await a_member()
    entry = await waiting(mei)
    await asyncio.gather(*[campaigns.accept_entries(MODERATOR, [entry.id]) for _ in range(4)])
    assert await points_of(mei) == (10, 0)


async def test_many_are_decided_on_together_or_not_at_all() -> None:
    campaign = await an_open_campaign(review=Review.STAFF, budget=Budget(points=20))
    entries = [await waiting() for _ in range(3)]
    with pytest.raises(errors.BudgetExhausted):
        await campaigns.accept_entries(MODERATOR, [entry.id for entry in entries])
    assert (await again(campaign)).spent.entries == 0
    accepted = await campaigns.accept_entries(MODERATOR, [entry.id for entry in entries[:2]])
    assert [entry.state for entry in accepted] == [EntryState.ACCEPTED] * 2
    assert (await again(campaign)).spent.points == 20


async def test_undoing_restores_what_was() -> None:
    campaign = await an_open_campaign(review=Review.STAFF)
    mei = await a_member()
    entry = await waiting(mei)
    await campaigns.accept_entries(MODERATOR, [entry.id])
    assert (await campaigns.undo_review(MODERATOR, entry.id)).state is EntryState.PENDING
    assert (await points_of(mei), (await again(campaign)).spent.points) == ((0, 0), 0)
    await campaigns.accept_entries(MODERATOR, [entry.id])
    await campaigns.refuse_entries(MODERATOR, [entry.id], WHY)
    assert await points_of(mei) == (0, 0)
    assert (await campaigns.undo_review(MODERATOR, entry.id)).state is EntryState.ACCEPTED
    assert (await points_of(mei), (await again(campaign)).spent.points) == ((10, 0), 10)
    assert (await campaigns.undo_review(MODERATOR, entry.id)).state is EntryState.PENDING
    with pytest.raises(errors.EntryNotReviewable):
        await campaigns.undo_review(MODERATOR, entry.id)
    assert (await ledger.reconcile()).is_clean


async def test_staff_may_overrule_the_rules_and_take_that_back() -> None:
    await an_open_campaign(limits=Limits(in_all=1))
    mei = await a_member()
    await enter(mei)
    refused = await enter(mei)
    assert refused.reason is Reason.ENTRY_LIMIT
    await campaigns.accept_entries(MODERATOR, [refused.id])
    assert await points_of(mei) == (20, 0)
    undone = await campaigns.undo_review(MODERATOR, refused.id)
    assert (undone.state, undone.reason) == (EntryState.REFUSED, Reason.ENTRY_LIMIT)
    assert await points_of(mei) == (10, 0)


async def test_an_entry_whose_post_is_gone_cannot_be_decided_on() -> None:
    await an_open_campaign(review=Review.STAFF)
    mei = await a_member()
    entry = await waiting(mei)
    await posts.remove(mei, entry.post_id)
    with pytest.raises(errors.EntryNotReviewable):
        await campaigns.accept_entries(MODERATOR, [entry.id])
    await everything_is_heard(by="campaigns")
    assert (await entry_again(entry)).reason is Reason.POST_REMOVED
    for verb in (campaigns.accept_entries(MODERATOR, [entry.id]), campaigns.undo_review(MODERATOR, entry.id)):
        with pytest.raises(errors.EntryNotReviewable):
            await verb


async def test_only_reviewers_decide_and_they_say_why() -> None:
    await an_open_campaign(review=Review.STAFF)
    entry = await waiting()
    other = await a_member()
    for verb in (
        campaigns.accept_entries(other, [entry.id]),
        campaigns.refuse_entries(other, [entry.id], WHY),
        campaigns.undo_review(other, entry.id),
    ):
        with pytest.raises(Forbidden):
            await verb
    with pytest.raises(InvalidReason):
        await campaigns.refuse_entries(MODERATOR, [entry.id], " ")
    with pytest.raises(NotFound):
        await campaigns.accept_entries(MODERATOR, [entry.id, new_id()])
    for ids in ([], [new_id() for _ in range(51)]):
        with pytest.raises(BadInput):
            await campaigns.accept_entries(MODERATOR, ids)


async def test_entries_of_two_campaigns_are_decided_on_apart() -> None:
    await an_open_campaign(review=Review.STAFF)
    first = await waiting()
    await an_open_campaign(review=Review.STAFF, hashtags=("豆漿",))
    second = await enter(await a_member(), "豆漿要喝無糖的，這樣才喝得出豆子的香味來 #豆漿")
    with pytest.raises(BadInput):
        await campaigns.accept_entries(MODERATOR, [first.id, second.id])


async def test_refusing_what_was_paid_and_spent_never_takes_more_than_is_there() -> None:
    campaign = await an_open_campaign(reward=Reward(points=10))
    mei = await a_member()
    entry = await enter(mei)
    await ledger.spend(id_of(mei), 10, ledger_cause(), purpose="coffee")
    await campaigns.refuse_entries(SYSTEM, [entry.id], WHY)
    assert await points_of(mei) == (0, 0)
    assert (await again(campaign)).spent.points == 10, "what was spent was paid"


def ledger_cause() -> Cause:
    return Cause("test", "a coffee")
