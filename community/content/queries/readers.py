"""What members did with items: how far they are, what they keep, what they chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.kernel.along import NOTHING, Along, Companion


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far a member is with an item, as their last device said. `position` is in seconds, or in characters."""

    item_id: UUID
    percent: int
    position: int
    read_at: datetime
    completed_at: datetime | None


async def progress_of(actor: Actor, item_ids: Sequence[UUID], along: Along = NOTHING) -> dict[UUID, ProgressView]:
    """How far the actor is with each of these; what they never began is missing.

    No statement for those of which it came along as `progress_beside`.
    """
    if actor.member_id is None:
        return {}

    async def read(missing: list[UUID]) -> dict[UUID, ProgressView]:
        rows = await database.fetch(
            f"select {', '.join(COLUMNS)} from content_progress where member_id = $1 and item_id = any($2)",
            actor.member_id,
            missing,
        )
        return {row["item_id"]: ProgressView(*row) for row in rows}

    return await along.found(PROGRESS, item_ids, read)


def progress_beside(member_id: UUID) -> Companion[ProgressView]:
    """How far a member is with an item, for the statement that reads it."""
    theirs = "content_progress where item_id = {} and member_id = {}::uuid"
    return Companion(PROGRESS, theirs.format, ProgressView, COLUMNS, (member_id,))


PROGRESS = "progress"
COLUMNS = ("item_id", "percent", "position", "read_at", "completed_at")


async def bookmarked_among(actor: Actor, item_ids: Sequence[UUID], along: Along = NOTHING) -> set[UUID]:
    """Those among these that the actor keeps for later. No statement for those that came along as `bookmark_beside`."""
    if actor.member_id is None:
        return set()

    async def read(missing: list[UUID]) -> dict[UUID, bool]:
        rows = await database.fetch(
            "select item_id from content_bookmark where member_id = $1 and item_id = any($2)", actor.member_id, missing
        )
        return dict.fromkeys((row["item_id"] for row in rows), True)

    found = await along.found(BOOKMARK, item_ids, read)
    return {item_id for item_id, is_kept in found.items() if is_kept}


def bookmark_beside(member_id: UUID) -> Companion[bool]:
    """Whether a member keeps an item for later, for the statement that reads it."""
    is_kept = "(select true from content_bookmark where item_id = {} and member_id = {}::uuid)"
    return Companion(BOOKMARK, is_kept.format, bool, arguments=(member_id,))


BOOKMARK = "bookmark"


async def wants_recommendations(actor: Actor) -> bool:
    """Whether the member gets recommendations made for them. Raises Unauthenticated."""
    chosen = await database.fetch_value(
        "select recommends from content_reader where member_id = $1", require_member(actor)
    )
    return chosen is not False
