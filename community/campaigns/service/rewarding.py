"""What an entry earns: given when it is accepted or once enough members reacted, and taken back exactly once.

Each acceptance has a cause of its own in the ledger, so that an entry which staff refused and accepted again earns
again, and nothing else ever does.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from community.access.policy import Actor
from community.campaigns import facts
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.queries.entries import EntryView, RewardState
from community.campaigns.rules.judging import Spent
from community.campaigns.service.rows import spend, update_entry
from community.engagement import service as engagement
from community.engagement.rules.activities import Activity, OwnKind, Subject
from community.ledger import queries as ledger_queries
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.ledger.service import Award
from community.outbox import service as outbox
from community.posts import queries as posts
from community.tiers import service as tiers

SUBJECT = "campaign_entry"
LAPSED = "Not enough members reacted in time."


def cause_of(entry: EntryView) -> Cause:
    """What the ledger and engagement know this acceptance by."""
    return Cause(OwnKind.CAMPAIGN_ENTERED, f"{entry.id}:{entry.round}", str(entry.version))


async def give(campaign: CampaignView, entry: EntryView, now: datetime, actor: Actor | None) -> EntryView:
    """Give what an entry earns that has just been accepted, and charge it to the budget. The entry with its reward."""
    reward, cause = campaign.plan.reward, cause_of(entry)
    await spend(campaign.id, Spent(points=reward.points, entries=1))
    await engagement.record(_activity(campaign, entry, now), cause=cause, actor=actor)
    amounts = {Currency.POINTS: reward.points, Currency.CREDITS: reward.credits}
    awards = [_award(entry, currency, amount, cause, reward.gate) for currency, amount in amounts.items() if amount]
    await ledger.award_many(awards, actor=actor)
    if reward.credits and not reward.gate:
        await tiers.recompute(entry.member_id, now, actor=actor)
    state = RewardState.NONE if not awards else RewardState.WAITING if reward.gate else RewardState.GIVEN
    until = now + timedelta(days=reward.gate.days) if reward.gate and awards else None
    return replace(entry, reward=state, points=reward.points, credits=reward.credits, gate_until=until)


async def take_back(
    campaign: CampaignView, entry: EntryView, reason: str, now: datetime, actor: Actor | None
) -> EntryView:
    """Take back what the entry's acceptance gave. The budget gets back what really came back: never what was spent.

    Whoever spent some of it keeps that, and with it the entry's place: its points are what is kept.
    """
    await engagement.undo(cause_of(entry), reason=reason, actor=actor)
    if entry.reward not in (RewardState.WAITING, RewardState.GIVEN):
        await spend(campaign.id, Spent(points=0, entries=-1))
        return replace(entry, gate_until=None)
    freed = await _reverse(entry, reason, now, actor)
    kept = entry.points - freed
    await spend(campaign.id, Spent(points=-freed, entries=0 if kept else -1))
    return replace(entry, reward=RewardState.TAKEN_BACK, points=kept, credits=0, gate_until=None)


async def release_if_reached(campaign: CampaignView, entry: EntryView, now: datetime) -> EntryView:
    """Let a waiting reward be used if enough members reacted in time."""
    gate = campaign.plan.reward.gate
    if entry.reward is not RewardState.WAITING or gate is None or entry.gate_until is None:
        return entry
    (others,) = await posts.reactor_counts([(entry.post_id, entry.gate_until)])
    if others < gate.members:
        return entry
    await ledger.activate(_gate_key(entry))
    if entry.credits:
        await tiers.recompute(entry.member_id, now)
    await outbox.record(
        facts.EntryRewarded(
            member_id=entry.member_id,
            entry_id=entry.id,
            campaign_id=entry.campaign_id,
            post_id=entry.post_id,
            points=entry.points,
            credits=entry.credits,
        )
    )
    return replace(entry, reward=RewardState.GIVEN)


async def lapse(campaign: CampaignView, entry: EntryView, now: datetime) -> None:
    """The time for reactions is over: the reward goes, its budget comes free, the entry stays."""
    freed = await _reverse(entry, LAPSED, now, None)
    await spend(campaign.id, Spent(points=-freed))
    await update_entry(replace(entry, reward=RewardState.LAPSED))
    await outbox.record(
        facts.EntryRewardLapsed(
            member_id=entry.member_id, entry_id=entry.id, campaign_id=entry.campaign_id, post_id=entry.post_id
        )
    )


async def _reverse(entry: EntryView, reason: str, now: datetime, actor: Actor | None) -> int:
    """Undo what the ledger gave. Returns how many points came back or had expired by themselves."""
    cause = cause_of(entry)
    currencies = {given.id: given.currency for given in await ledger_queries.transfers_of_cause(cause)}
    reversals = await ledger.reverse(cause, reason=reason, actor=actor)
    if entry.credits and entry.reward is RewardState.GIVEN:
        await tiers.recompute(entry.member_id, now, actor=actor)
    points = [each for each in reversals if currencies[each.reversed_id] is Currency.POINTS]
    return sum(each.asked - each.short for each in points)


def _award(entry: EntryView, currency: Currency, amount: int, cause: Cause, gate: object) -> Award:
    return Award(
        member_id=entry.member_id,
        currency=currency,
        amount=amount,
        cause=cause,
        pending_for=_gate_key(entry) if gate else None,
    )


def _activity(campaign: CampaignView, entry: EntryView, now: datetime) -> Activity:
    return Activity(
        kind=OwnKind.CAMPAIGN_ENTERED,
        member_id=entry.member_id,
        occurred_at=now,
        subject=Subject(SUBJECT, entry.id),
        metadata={"campaign": campaign.slug},
    )


def _gate_key(entry: EntryView) -> str:
    return f"campaign entry:{entry.id}:{entry.round}"
