"""Which members' tiers staff hold where they are, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.tiers import policy


@dataclass(frozen=True, slots=True, kw_only=True)
class LockView:
    """A lock in force; without `ends_at` until somebody lifts it."""

    id: UUID
    member_id: UUID
    tier: str
    reason: str
    starts_at: datetime
    ends_at: datetime | None


async def locks_on(actor: Actor, member_ids: Sequence[UUID], now: datetime) -> dict[UUID, LockView]:
    """The lock on each of these members that the actor may know of; who has none is missing."""
    readable = [member_id for member_id in member_ids if policy.can_read(actor, member_id)]
    rows = await database.fetch(
        "select id, member_id, tier, reason, starts_at, ends_at from tiers_lock"
        " where member_id = any($1) and lifted_at is null and (ends_at is null or ends_at > $2)",
        readable,
        now,
    )
    return {row["member_id"]: LockView(**row) for row in rows}
