"""Staff hold a member's tier where it is, and let it go."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, Permission, require
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.kernel.text import reason_in
from community.members import errors as members_errors
from community.members import queries as members
from community.outbox import service as outbox
from community.tiers import errors, facts
from community.tiers.service.places import Places, locked
from community.tiers.service.recomputing import decide_all


@transaction()
async def lock(actor: Actor, member_id: UUID, tier: str, *, reason: str, ends_at: datetime | None = None) -> None:
    """Staff hold a member at a tier, with a reason and an end.

    A new lock replaces the one in force, the same changes nothing. The tracks go on below it and decide again when it
    ends. Raises NotFound, UnknownTier, InvalidTierLock, and members' CannotTargetSelf.
    """
    reason = reason_in(reason)
    places, now = await _place_of(actor, member_id)
    if ends_at is not None and ends_at <= now:
        raise errors.InvalidTierLock
    if tier not in places.programme.rules.keys:
        raise errors.UnknownTier(tier=tier, known=places.programme.rules.keys)
    if await _is_in_force(member_id, tier, reason, ends_at, now):
        return
    await _lift(actor, member_id, now)
    await database.execute(
        "insert into tiers_lock (id, member_id, tier, reason, starts_at, ends_at, locked_by)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        ids.new_id(),
        member_id,
        tier,
        reason,
        now,
        ends_at,
        actor.member_id,
    )
    await outbox.record(facts.TierLocked(member_id=member_id, tier=tier, ends_at=ends_at), actor=actor)
    held = replace(places.kept[member_id], locked=tier, locked_until=ends_at)
    await decide_all(places, now, actor, given={member_id: held})


@transaction()
async def unlock(actor: Actor, member_id: UUID) -> None:
    """Staff let a member's tier move again. Doing it again changes nothing. Raises NotFound and CannotTargetSelf."""
    places, now = await _place_of(actor, member_id)
    if not await _lift(actor, member_id, now):
        return
    await outbox.record(facts.TierUnlocked(member_id=member_id), actor=actor)
    let_go = replace(places.kept[member_id], locked_until=now)
    await decide_all(places, now, actor, given={member_id: let_go})


async def _place_of(actor: Actor, member_id: UUID) -> tuple[Places, datetime]:
    """The member's locked standing, and the time once it was locked: those who waited come later."""
    require(actor, Permission.TIERS_LOCK)
    if member_id == actor.member_id:
        raise members_errors.CannotTargetSelf
    if await members.one(member_id) is None:
        raise NotFound("Member")
    return await locked([member_id], clock.now()), clock.now()


async def _is_in_force(member_id: UUID, tier: str, reason: str, ends_at: datetime | None, now: datetime) -> bool:
    """Whether the same lock is there already."""
    return (
        await database.fetch_value(
            "select true from tiers_lock where member_id = $1 and tier = $2 and reason = $3"
            " and ends_at is not distinct from $4 and lifted_at is null and (ends_at is null or ends_at > $5)",
            member_id,
            tier,
            reason,
            ends_at,
            now,
        )
        is True
    )


async def _lift(actor: Actor, member_id: UUID, now: datetime) -> bool:
    """End the lock in force; False when there is none."""
    lifted = await database.fetch_value(
        "update tiers_lock set lifted_at = greatest(starts_at, $2), lifted_by = $3"
        " where member_id = $1 and lifted_at is null and (ends_at is null or ends_at > $2) returning true",
        member_id,
        now,
        actor.member_id,
    )
    return lifted is True
