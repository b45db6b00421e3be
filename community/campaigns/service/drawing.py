"""Drawing the prizes: the seed is revealed, and who wins follows from what was published before. Once."""

from uuid import UUID

from community import database
from community.access.policy import Actor
from community.campaigns import errors, facts, policy, queries
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.queries.draws import draws_of
from community.campaigns.rules.plan import is_line
from community.campaigns.rules.states import State
from community.campaigns.service.disqualifying import hand_over
from community.campaigns.service.rows import locked_campaign
from community.database import transaction
from community.kernel import clock
from community.kernel.errors import BadInput
from community.outbox import service as outbox


@transaction()
async def draw_prizes(actor: Actor, campaign_id: UUID, beacon_value: str | None = None) -> CampaignView:
    """Staff draw the prizes. Nobody can draw again: the same call returns what was drawn.

    Raises Forbidden, NotFound, BadInput, CampaignInState, ListNotSealed, NothingToDraw, BeaconNeeded.
    """
    policy.require_manager(actor)
    campaign, now = await locked_campaign(campaign_id), clock.now()
    if campaign.state not in (State.CLOSED, State.SETTLED):
        raise errors.CampaignInState(campaign.state)
    draw = (await draws_of([campaign]))[campaign_id]
    if draw.drawn_at is not None:
        return campaign
    await _require_complete(campaign)
    if draw.sealed is None or not draw.sealed.prizes or not draw.sealed.lines:
        raise errors.NothingToDraw
    value = _beacon_value(draw.sealed.beacon, beacon_value)
    await database.execute(
        "update campaigns_draw set drawn_at = $2, drawn_by = $3, beacon_value = $4 where campaign_id = $1",
        campaign_id,
        now,
        actor.member_id,
        value,
    )
    drawn = (await draws_of([campaign]))[campaign_id]
    assert drawn.seed is not None, "the seed of what was drawn is revealed"
    await hand_over(campaign, [], drawn.won, actor)
    winning = [won.line.entry for won in drawn.won]
    await outbox.record(
        facts.PrizesDrawn(campaign_id=campaign_id, seed=drawn.seed.hex(), winning_entry_ids=winning), actor=actor
    )
    return await queries.campaign(actor, campaign_id)


async def _require_complete(campaign: CampaignView) -> None:
    pending = await database.fetch_value(
        "select count(*) from campaigns_entry where campaign_id = $1 and state = 'pending'", campaign.id
    )
    if campaign.sealed_at is None or pending:
        raise errors.ListNotSealed(pending)


def _beacon_value(name: str | None, value: str | None) -> str | None:
    if name is None:
        if value is not None:
            raise BadInput("beaconValue", "This draw uses no published number. Leave it out.")
        return None
    if value is None:
        raise errors.BeaconNeeded(name)
    if not is_line(value):
        raise BadInput("beaconValue", "Give the published value as it was published, on one line.")
    return value
