"""What a partner's links brought, as far as the actor may see it."""

from collections.abc import Sequence
from uuid import UUID

from community.access.policy import Actor, Scope
from community.kernel.pages import Page, PageRequest
from community.partners import policy
from community.referrals import queries as referrals
from community.referrals.queries import LinkView, ReferralView, StatsView
from community.referrals.rules.owners import Owner, OwnerKind
from community.referrals.rules.stages import Stage


async def links_of(actor: Actor, partner_id: UUID, request: PageRequest) -> Page[LinkView]:
    """A partner's links, the newest first. Raises Forbidden."""
    policy.require_read(actor, partner_id, Scope.REFERRALS_READ)
    return await referrals.links_of(Owner.partner(partner_id), request)


async def sign_ups_of(
    actor: Actor, partner_id: UUID, request: PageRequest, *, stage: Stage | None = None
) -> Page[ReferralView]:
    """Who joined by a partner's links, the latest first; only those who have come to this stage. Raises Forbidden."""
    policy.require_read(actor, partner_id, Scope.REFERRALS_READ)
    return await referrals.referrals_by(Owner.partner(partner_id), request, stage=stage)


async def sign_ups_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[ReferralView | None]:
    """Those who joined by partners' links, in the order of these ids; None where the actor may see none."""
    found = await referrals.referrals_by_ids(ids)
    return [view if (view := found.get(each)) and _can_read(actor, view.owner) else None for each in ids]


async def stats_of(actor: Actor, partner_id: UUID) -> StatsView:
    """What all links of a partner brought. Raises Forbidden."""
    policy.require_read(actor, partner_id, Scope.REFERRALS_READ)
    return await referrals.stats_of(Owner.partner(partner_id))


def _can_read(actor: Actor, owner: Owner) -> bool:
    return owner.kind is OwnerKind.PARTNER and policy.can_read(actor, owner.id, Scope.REFERRALS_READ)
