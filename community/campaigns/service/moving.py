"""A campaign's way: scheduled, open, closed, settled, or cancelled; by staff and by the clock."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.campaigns import errors, facts, policy, queries
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.rules import draw
from community.campaigns.rules.judging import GRACE, Reason
from community.campaigns.rules.states import CANCELLABLE, State
from community.campaigns.service import deciding, rewarding
from community.campaigns.service.planning import move, put
from community.campaigns.service.rows import locked_campaign, locked_campaigns, locked_entries, update_entry
from community.campaigns.service.sealing import seal
from community.database import transaction
from community.kernel import clock
from community.kernel.text import reason_in
from community.outbox import service as outbox

SEALED_AFTER = GRACE + timedelta(minutes=5)
"""What was written in the last second of a campaign may be mended until then, and is heard of."""

BATCH = 50


@transaction()
async def schedule(actor: Actor, campaign_id: UUID) -> CampaignView:
    """Staff announce a draft: it opens by itself. From here on the seed of its draw is fixed. Again changes nothing.

    Raises Forbidden, NotFound, CampaignInState, WindowPassed.
    """
    policy.require_manager(actor)
    campaign, now = await locked_campaign(campaign_id), clock.now()
    if campaign.state is State.SCHEDULED:
        return campaign
    if campaign.state is not State.DRAFT:
        raise errors.CampaignInState(campaign.state)
    if campaign.plan.opens_at <= now:
        raise errors.WindowPassed
    await _commit(campaign, now, actor)
    await move(campaign_id, State.SCHEDULED)
    return await queries.campaign(actor, campaign_id)


@transaction()
async def open_now(actor: Actor, campaign_id: UUID) -> CampaignView:
    """Staff open a campaign now, ahead of its time if need be. Again changes nothing.

    Raises Forbidden, NotFound, CampaignInState, WindowPassed.
    """
    policy.require_manager(actor)
    campaign, now = await locked_campaign(campaign_id), clock.now()
    if campaign.state is State.OPEN:
        return campaign
    if campaign.state not in (State.DRAFT, State.SCHEDULED):
        raise errors.CampaignInState(campaign.state)
    if campaign.plan.closes_at <= now:
        raise errors.WindowPassed
    if campaign.state is State.DRAFT:
        await _commit(campaign, now, actor)
    plan = replace(campaign.plan, opens_at=now)
    await put(campaign_id, State.OPEN, campaign.version + 1, plan, now, actor)
    await outbox.record(facts.CampaignOpened(campaign_id=campaign_id, opens_at=now), actor=actor)
    return await queries.campaign(actor, campaign_id)


@transaction()
async def close(actor: Actor, campaign_id: UUID) -> CampaignView:
    """Staff close a campaign now: what was written until now counts, heard of when it may be. Again changes nothing.

    Raises Forbidden, NotFound, CampaignInState.
    """
    policy.require_manager(actor)
    campaign, now = await locked_campaign(campaign_id), clock.now()
    if campaign.state is State.CLOSED:
        return campaign
    if campaign.state is not State.OPEN:
        raise errors.CampaignInState(campaign.state)
    plan = replace(campaign.plan, closes_at=min(now, campaign.plan.closes_at))
    await put(campaign_id, State.CLOSED, campaign.version + 1, plan, now, actor)
    await outbox.record(facts.CampaignClosed(campaign_id=campaign_id, closes_at=plan.closes_at), actor=actor)
    return await queries.campaign(actor, campaign_id)


@transaction()
async def cancel(actor: Actor, campaign_id: UUID, reason: str) -> CampaignView:
    """Staff end a campaign without winners. What was given stays; what waits for staff is refused. Again does nothing.

    Raises Forbidden, NotFound, CampaignInState, InvalidReason.
    """
    policy.require_manager(actor)
    reason = reason_in(reason)
    campaign, now = await locked_campaign(campaign_id), clock.now()
    if campaign.state is State.CANCELLED:
        return campaign
    if campaign.state not in CANCELLABLE:
        raise errors.CampaignInState(campaign.state)
    for entry in await locked_entries("e.campaign_id = $1 and e.state = 'pending'", campaign_id):
        await deciding.refuse(campaign, entry, Reason.CANCELLED, now, actor)
    await database.execute("update campaigns_campaign set cancel_reason = $2 where id = $1", campaign_id, reason)
    await move(campaign_id, State.CANCELLED, facts.CampaignCancelled(campaign_id=campaign_id), actor=actor)
    return await queries.campaign(actor, campaign_id)


@transaction()
async def open_due() -> int:
    """Open the campaigns whose time has come; how many there were."""
    due = await locked_campaigns("c.state = 'scheduled' and c.opens_at <= $1", clock.now())
    for campaign in due:
        opened = facts.CampaignOpened(campaign_id=campaign.id, opens_at=campaign.plan.opens_at)
        await move(campaign.id, State.OPEN, opened)
    return len(due)


@transaction()
async def close_due() -> int:
    """Close the campaigns whose time is over; how many there were."""
    due = await locked_campaigns("c.state = 'open' and c.closes_at <= $1", clock.now())
    for campaign in due:
        closed = facts.CampaignClosed(campaign_id=campaign.id, closes_at=campaign.plan.closes_at)
        await move(campaign.id, State.CLOSED, closed)
    return len(due)


@transaction()
async def seal_due() -> int:
    """Complete the lists of campaigns that closed some minutes ago; how many there were."""
    due = await locked_campaigns(
        "c.state = 'closed' and c.closes_at <= $1 and exists (select from campaigns_draw d"
        " where d.campaign_id = c.id and d.sealed_at is null)",
        clock.now() - SEALED_AFTER,
    )
    for campaign in due:
        await seal(campaign, clock.now())
    return len(due)


@transaction()
async def lapse_due() -> int:
    """End the waiting of rewards whose time for reactions is over; up to BATCH of one campaign, how many there were."""
    now = clock.now()
    campaign_id = await database.fetch_value(
        "select campaign_id from campaigns_entry where reward = 'waiting' and gate_until <= $1 limit 1", now
    )
    if campaign_id is None:
        return 0
    campaign = await locked_campaign(campaign_id)
    due = await locked_entries(
        "e.id in (select id from campaigns_entry where campaign_id = $1 and reward = 'waiting' and gate_until <= $2"
        f" order by id limit {BATCH})",
        campaign_id,
        now,
    )
    for entry in due:
        # A reaction just in time may not have been heard yet.
        released = await rewarding.release_if_reached(campaign, entry, now)
        if released is entry:
            await rewarding.lapse(campaign, entry, now)
        else:
            await update_entry(released)
    return len(due)


@transaction()
async def settle_due() -> int:
    """Settle the campaigns of which nothing is left to decide, to give or to draw; how many there were."""
    due = await locked_campaigns(_SETTLEABLE)
    for campaign in due:
        settled = facts.CampaignSettled(
            campaign_id=campaign.id, entries=campaign.spent.entries, points=campaign.spent.points
        )
        await move(campaign.id, State.SETTLED, settled)
    return len(due)


_SETTLEABLE = (
    "c.state = 'closed' and exists (select from campaigns_draw d where d.campaign_id = c.id and d.sealed_at is not null"
    " and (d.drawn_at is not null or jsonb_array_length(d.prizes) = 0 or jsonb_array_length(d.entries) = 0))"
    " and not exists (select from campaigns_entry e where e.campaign_id = c.id"
    " and (e.state = 'pending' or e.reward = 'waiting'))"
)


async def _commit(campaign: CampaignView, now: datetime, actor: Actor) -> None:
    """Choose the seed of the draw, which nobody is shown, and publish its hash."""
    seed = secrets.token_bytes(draw.SEED_BYTES)
    await database.execute(
        "insert into campaigns_draw (campaign_id, seed, commitment, committed_at, disqualified)"
        " values ($1, $2, $3, $4, '[]')",
        campaign.id,
        seed,
        draw.commitment(seed),
        now,
    )
    scheduled = facts.CampaignScheduled(
        campaign_id=campaign.id,
        opens_at=campaign.plan.opens_at,
        closes_at=campaign.plan.closes_at,
        commitment=draw.commitment(seed),
    )
    await outbox.record(scheduled, actor=actor)
