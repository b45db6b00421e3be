"""What members did with items: how far they are, what they keep, what they chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressView:
    """How far a member is with an item, as their last device said. `position` is in seconds, or in characters."""

    item_id: UUID
    percent: int
    position: int
    read_at: datetime
    completed_at: datetime | None


async def progress_of(actor: Actor, item_ids: Sequence[UUID]) -> dict[UUID, ProgressView]:
    """How far the actor is with each of these; what they never began is missing."""
    if actor.member_id is None:
        return {}
    rows = await database.fetch(
        "select item_id, percent, position, read_at, completed_at from content_progress"
        " where member_id = $1 and item_id = any($2)",
        actor.member_id,
        list(set(item_ids)),
    )
    return {row["item_id"]: ProgressView(**row) for row in rows}


async def bookmarked_among(actor: Actor, item_ids: Sequence[UUID]) -> set[UUID]:
    """Those among these that the actor keeps for later."""
    if actor.member_id is None:
        return set()
    rows = await database.fetch(
        "select item_id from content_bookmark where member_id = $1 and item_id = any($2)",
        actor.member_id,
        list(set(item_ids)),
    )
    return {row["item_id"] for row in rows}


async def wants_recommendations(actor: Actor) -> bool:
    """Whether the member gets recommendations made for them. Raises Unauthenticated."""
    chosen = await database.fetch_value(
        "select recommends from content_reader where member_id = $1", require_member(actor)
    )
    return chosen is not False
