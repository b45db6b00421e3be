"""Links of a partner, made and disabled by its own key."""

from uuid import UUID

from community.access.policy import Actor, Scope
from community.database import transaction
from community.kernel.errors import NotFound
from community.partners import policy
from community.partners.service.holding import held_active
from community.referrals import queries as referrals_queries
from community.referrals import service as referrals
from community.referrals.queries import LinkView
from community.referrals.rules.owners import Owner
from community.referrals.service import LinkPlan


@transaction()
async def create_link(actor: Actor, plan: LinkPlan) -> LinkView:
    """A partner makes a link. Raises what referrals' `create_link_for` raises, and PartnerNotActive."""
    partner_id = policy.require_real(actor, Scope.CONVERSIONS_WRITE)
    await held_active(partner_id)
    return await referrals.create_link_for(Owner.partner(partner_id), plan, actor=actor)


@transaction()
async def disable_link(actor: Actor, link_id: UUID) -> LinkView:
    """A partner disables a link of its own. Raises NotFound. Doing it again changes nothing."""
    partner_id = policy.require_real(actor, Scope.CONVERSIONS_WRITE)
    link = (await referrals_queries.links_by_ids([link_id])).get(link_id)
    if link is None or link.owner != Owner.partner(partner_id):
        raise NotFound("ReferralLink")
    return await referrals.disable_link_for(link_id, actor=actor)
