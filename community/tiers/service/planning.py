"""The plan track: what a member pays for grants a tier as long as it lasts."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.kernel import ids
from community.ledger.rules.transfers import Cause
from community.tiers import errors
from community.tiers.queries import TransitionView
from community.tiers.service.places import locked
from community.tiers.service.recomputing import decide_all


@transaction()
async def set_plan_tier(
    member_id: UUID, tier: str | None, cause: Cause, *, now: datetime, actor: Actor | None = None
) -> TransitionView | None:
    """A member's plans grant this tier from now on, or none; the change of their tier, if it changed.

    It takes effect at once in both directions: periods and grace of what is paid for are the plan's own. The same cause
    again changes nothing. Raises UnknownTier.
    """
    places = await locked([member_id], now)
    known = places.programme.rules.keys
    if tier is not None and tier not in known:
        raise errors.UnknownTier(tier=tier, known=known)
    is_new = await database.fetch_value(
        "insert into tiers_grant (id, member_id, tier, cause_kind, cause_key, granted_at)"
        " values ($1, $2, $3, $4, $5, $6) on conflict (member_id, cause_kind, cause_key) do nothing returning true",
        ids.new_id(),
        member_id,
        tier,
        cause.kind,
        cause.key,
        now,
    )
    if not is_new:
        return None
    granted = {member_id: replace(places.kept[member_id], plan=tier)}
    return (await decide_all(places, now, actor, given=granted)).get(member_id)
