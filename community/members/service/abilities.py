"""What members may do: taken and given back by staff, asked by every verb that needs it."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from community.access.policy import Actor, Permission, require
from community.database import transaction
from community.kernel import clock
from community.kernel.along import NOTHING, Along
from community.kernel.ids import new_id
from community.kernel.text import reason_in
from community.members import errors, facts, queries
from community.members.models import Restriction
from community.members.queries import MemberView, RestrictionView
from community.members.rules import Ability
from community.members.service.holding import held
from community.outbox import service as outbox


async def require_ability(member_id: UUID, ability: Ability, now: datetime, along: Along = NOTHING) -> None:
    """Raise MayNotPost, MayNotEarn or MayNotSpend while the ability is taken from the member.

    No statement where what is taken came along as members' `RESTRICTIONS`.
    """
    refusal = await refusal_of(member_id, ability, now, along)
    if refusal is not None:
        raise refusal


async def refusal_of(member_id: UUID, ability: Ability, now: datetime, along: Along = NOTHING) -> errors.MayNot | None:
    """What `require_ability` would raise; None for who may."""
    restriction = await queries.restriction_on(member_id, ability, now, along)
    if restriction is None:
        return None
    refusal = {
        Ability.POST: errors.MayNotPost,
        Ability.EARN: errors.MayNotEarn,
        Ability.SPEND: errors.MayNotSpend,
    }[ability]
    return refusal(ability=ability, reason=restriction.reason, until=restriction.ends_at)


@transaction()
async def restrict(
    actor: Actor, member_id: UUID, ability: Ability, *, reason: str, ends_at: datetime | None = None
) -> tuple[MemberView, RestrictionView]:
    """Staff take an ability from a member, with a reason and an end. A new restriction replaces the one in force."""
    require(actor, Permission.MEMBERS_RESTRICT)
    member = await held(member_id)
    now, reason = clock.now(), reason_in(reason)
    if ends_at is not None and ends_at <= now:
        raise errors.InvalidRestriction
    if member_id == actor.member_id:
        raise errors.CannotTargetSelf
    await _lift_in_force(actor, member_id, ability, now)
    restriction = RestrictionView(
        id=new_id(), member_id=member_id, ability=ability, reason=reason, starts_at=now, ends_at=ends_at
    )
    await Restriction.create(**asdict(restriction), imposed_by=actor.member_id)
    await outbox.record(facts.AbilityRestricted(member_id=member_id, ability=ability, ends_at=ends_at), actor=actor)
    return member, restriction


@transaction()
async def restore(actor: Actor, member_id: UUID, ability: Ability) -> MemberView:
    """Staff give an ability back before its restriction ends. Doing it again changes nothing."""
    require(actor, Permission.MEMBERS_RESTRICT)
    member = await held(member_id)
    if member_id == actor.member_id:
        raise errors.CannotTargetSelf
    if await _lift_in_force(actor, member_id, ability, clock.now()):
        await outbox.record(facts.AbilityRestored(member_id=member_id, ability=ability), actor=actor)
    return member


async def _lift_in_force(actor: Actor, member_id: UUID, ability: Ability, now: datetime) -> bool:
    lifted = await Restriction.filter(member_id=member_id, ability=ability, lifted_at=None).update(
        lifted_at=now, lifted_by=actor.member_id
    )
    return lifted > 0
