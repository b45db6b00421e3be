"""Planning a campaign: draft it, change it. Every version is kept."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import orjson

from community import database
from community.access.policy import SYSTEM, Actor
from community.campaigns import errors, facts, policy, queries
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.rules.plan import Flaw, Plan, flaw_in, is_slug
from community.campaigns.rules.states import EDITABLE, State, harm_in
from community.campaigns.service.rows import locked_campaign
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.facts import Fact
from community.outbox import service as outbox
from community.posts import queries as posts
from community.posts.rules.hashtags import hashtag_id
from community.tiers import queries as tiers


@transaction()
async def create(actor: Actor, slug: str, plan: Plan) -> CampaignView:
    """Staff draft a campaign. The same plan under the same slug again gives the first draft.

    Raises Forbidden, BadInput, InvalidCampaign, CampaignSlugTaken.
    """
    policy.require_manager(actor)
    now = clock.now()
    if not is_slug(slug):
        raise errors.InvalidCampaign(Flaw.SLUG)
    plan = await _checked(plan, now)
    campaign_id = ids.new_id()
    is_new = await database.fetch_value(
        "insert into campaigns_campaign (id, slug, state, version, plan, hashtag_ids, opens_at, closes_at, points,"
        " entries, created_at, created_by) values ($1, $2, $3, 0, '{}', '{}', $4, $4, 0, 0, $4, $5)"
        " on conflict (slug) do nothing returning true",
        campaign_id,
        slug,
        State.DRAFT,
        now,
        actor.member_id,
    )
    if not is_new:
        known = await queries.campaign_by_slug(SYSTEM, slug)
        if known is None or known.version != 1 or known.plan != plan:
            raise errors.CampaignSlugTaken(slug)
        return known
    await put(campaign_id, State.DRAFT, 1, plan, now, actor)
    await outbox.record(facts.CampaignCreated(campaign_id=campaign_id), actor=actor)
    return await queries.campaign(actor, campaign_id)


@transaction()
async def edit(actor: Actor, campaign_id: UUID, plan: Plan) -> CampaignView:
    """Staff change a campaign, as far as nobody is harmed who relies on it. The same plan again changes nothing.

    Raises Forbidden, NotFound, BadInput, CampaignInState, InvalidCampaign, WindowPassed, EntrantsHarmed.
    """
    policy.require_manager(actor)
    now = clock.now()
    plan = await _checked(plan, now)
    campaign = await locked_campaign(campaign_id)
    if campaign.state not in EDITABLE:
        raise errors.CampaignInState(campaign.state)
    if plan == campaign.plan:
        return campaign
    if harm := harm_in(campaign.state, campaign.plan, plan):
        raise errors.EntrantsHarmed(harm)
    if campaign.state is State.SCHEDULED and plan.opens_at <= now:
        raise errors.WindowPassed
    if campaign.state is State.OPEN and plan.closes_at <= now:
        raise errors.WindowPassed
    await put(campaign_id, campaign.state, campaign.version + 1, plan, now, actor)
    await outbox.record(facts.CampaignEdited(campaign_id=campaign_id, edition=campaign.version + 1), actor=actor)
    return await queries.campaign(actor, campaign_id)


async def put(campaign_id: UUID, state: State, version: int, plan: Plan, now: datetime, actor: Actor | None) -> None:
    """Let a campaign say this from now on, and keep it as a version."""
    await database.execute(
        "with version as (insert into campaigns_version (id, campaign_id, version, plan, edited_at, edited_by)"
        " values ($8, $1, $3, $4::text::jsonb, $9, $10))"
        " update campaigns_campaign set state = $2, version = $3, plan = $4::text::jsonb, hashtag_ids = $5,"
        " opens_at = $6, closes_at = $7 where id = $1",
        campaign_id,
        state,
        version,
        orjson.dumps(plan.as_json()).decode(),
        [hashtag_id(name) for name in plan.hashtags],
        plan.opens_at,
        plan.closes_at,
        ids.new_id(),
        now,
        actor.member_id if actor else None,
    )


async def move(campaign_id: UUID, state: State, *announced: Fact, actor: Actor | None = None) -> None:
    """Let a campaign stand somewhere else, and announce it."""
    await database.execute("update campaigns_campaign set state = $2 where id = $1", campaign_id, state)
    await outbox.record_all(announced, actor=actor)


async def _checked(plan: Plan, now: datetime) -> Plan:
    """The plan with its hashtags as they are kept."""
    names = dict.fromkeys(posts.name_of(spelling, "hashtags") for spelling in plan.hashtags)
    plan = replace(plan, hashtags=tuple(names))
    if flaw := flaw_in(plan, tuple(tier.key for tier in await tiers.ladder(now))):
        raise errors.InvalidCampaign(flaw)
    return plan
