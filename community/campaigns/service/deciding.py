"""What becomes of an entry: accepted, refused, left to staff, withdrawn. Its campaign is locked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from community.access.policy import Actor
from community.campaigns import facts
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.queries.entries import EntryView, RewardState
from community.campaigns.rules import likeness
from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.rules.plan import Review
from community.campaigns.service import rewarding
from community.campaigns.service.disqualifying import disqualify
from community.campaigns.service.rows import insert_entry, update_entry
from community.kernel import ids
from community.outbox import service as outbox
from community.posts import queries as posts
from community.posts.queries import Writing


async def enter(
    campaign: CampaignView, writing: Writing, essential: str, refusal: Reason | None, now: datetime
) -> EntryView:
    """A post is judged for the first time. Where staff decide, what fits waits for them."""
    entry = EntryView(
        id=ids.new_id(),
        campaign_id=campaign.id,
        post_id=writing.id,
        member_id=writing.author_id,
        version=campaign.version,
        state=EntryState.PENDING,
        reason=None,
        note=None,
        written_at=writing.written_at,
        decided_at=now,
        decided_by=None,
        round=0,
        reward=RewardState.NONE,
        points=0,
        credits=0,
        gate_until=None,
        reactors=0,
        fingerprint=likeness.fingerprint(essential),
    )
    await insert_entry(entry, likeness.sketch(essential))
    return await judged(campaign, entry, refusal, now)


async def judged(campaign: CampaignView, entry: EntryView, refusal: Reason | None, now: datetime) -> EntryView:
    """An entry was judged by the rules."""
    if refusal is not None:
        return await refuse(campaign, entry, refusal, now)
    if campaign.plan.review is Review.AUTOMATIC:
        return await accept(campaign, entry, now)
    waiting = replace(entry, state=EntryState.PENDING, reason=None, version=campaign.version, decided_at=now)
    await update_entry(waiting)
    await outbox.record(facts.EntrySubmitted(**_names(waiting)))
    return waiting


async def accept(
    campaign: CampaignView, entry: EntryView, now: datetime, actor: Actor | None = None, note: str | None = None
) -> EntryView:
    """An entry counts from now on, and earns. Whether there is budget was asked under the same lock."""
    accepted = replace(
        entry,
        state=EntryState.ACCEPTED,
        reason=None,
        note=note,
        version=campaign.version,
        decided_at=now,
        decided_by=actor.member_id if actor else None,
        round=entry.round + 1,
    )
    rewarded = await rewarding.give(campaign, accepted, now, actor)
    await outbox.record(
        facts.EntryAccepted(
            **_names(rewarded),
            points=rewarded.points,
            credits=rewarded.credits,
            is_pending=rewarded.reward is RewardState.WAITING,
        ),
        actor=actor,
    )
    rewarded = await rewarding.release_if_reached(campaign, rewarded, now)
    await update_entry(rewarded)
    return rewarded


async def refuse(
    campaign: CampaignView,
    entry: EntryView,
    reason: Reason,
    now: datetime,
    actor: Actor | None = None,
    note: str | None = None,
) -> EntryView:
    """An entry does not count. What an earlier acceptance gave is taken back."""
    refused = await _end(campaign, entry, EntryState.REFUSED, reason, now, actor, note)
    await outbox.record(facts.EntryRefused(**_names(refused), reason=reason.value), actor=actor)
    return refused


async def withdraw(campaign: CampaignView, entry: EntryView, reason: Reason, now: datetime) -> EntryView:
    """An entry that stood does not count any more, for good."""
    withdrawn = await _end(campaign, entry, EntryState.WITHDRAWN, reason, now, None, None)
    await outbox.record(facts.EntryWithdrawn(**_names(withdrawn), reason=reason.value))
    return withdrawn


async def leave_to_staff(
    campaign: CampaignView, entry: EntryView, now: datetime, actor: Actor | None, note: str | None
) -> EntryView:
    """An entry waits again, as it did before staff decided."""
    waiting = await _end(campaign, entry, EntryState.PENDING, None, now, actor, note)
    await outbox.record(facts.EntrySubmitted(**_names(waiting)), actor=actor)
    return waiting


async def count_reactors(entries: Sequence[EntryView], now: datetime) -> list[EntryView]:
    """The entries with the number of others who have reacted to their posts by now."""
    found = await posts.reactor_counts([(entry.post_id, now) for entry in entries])
    return [replace(entry, reactors=others) for entry, others in zip(entries, found, strict=True)]


async def _end(
    campaign: CampaignView,
    entry: EntryView,
    state: EntryState,
    reason: Reason | None,
    now: datetime,
    actor: Actor | None,
    note: str | None,
) -> EntryView:
    told = note or (reason.meaning if reason else "")
    if entry.state is EntryState.ACCEPTED:
        entry = await rewarding.take_back(campaign, entry, told, now, actor)
    ended = replace(
        entry,
        state=state,
        reason=reason,
        note=note,
        version=campaign.version,
        decided_at=now,
        decided_by=actor.member_id if actor else None,
    )
    await update_entry(ended)
    if reason is not None:
        await disqualify(campaign, ended, reason)
    return ended


def _names(entry: EntryView) -> dict[str, UUID]:
    return {
        "member_id": entry.member_id,
        "entry_id": entry.id,
        "campaign_id": entry.campaign_id,
        "post_id": entry.post_id,
    }
