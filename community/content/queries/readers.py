"""What members did with items: how far they are, what they keep, what they chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.kernel.along import NOTHING, VIEWER, Along, Companion


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

    No statement for those of which it came along as `PROGRESS`.
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


COLUMNS = ("item_id", "percent", "position", "read_at", "completed_at")

PROGRESS = Companion(
    "content_progress where item_id = {} and member_id = {}::uuid".format, ProgressView, COLUMNS, (VIEWER,)
)
"""How far who asks is with an item, for the statement that reads it."""


async def bookmarked_among(actor: Actor, item_ids: Sequence[UUID], along: Along = NOTHING) -> set[UUID]:
    """Those among these that the actor keeps for later. No statement for those that came along as `BOOKMARK`."""
    if actor.member_id is None:
        return set()

    async def read(missing: list[UUID]) -> dict[UUID, bool]:
        rows = await database.fetch(
            "select item_id from content_bookmark where member_id = $1 and item_id = any($2)", actor.member_id, missing
        )
        return dict.fromkeys((row["item_id"] for row in rows), True)

    found = await along.found(BOOKMARK, item_ids, read)
    return {item_id for item_id, is_kept in found.items() if is_kept}


BOOKMARK: Companion[bool] = Companion(
    "(select true from content_bookmark where item_id = {} and member_id = {}::uuid)".format, bool, arguments=(VIEWER,)
)
"""Whether who asks keeps an item for later, for the statement that reads it."""


async def wants_recommendations(actor: Actor) -> bool:
    """Whether the member gets recommendations made for them. Raises Unauthenticated."""
    chosen = await database.fetch_value(
        "select recommends from content_reader where member_id = $1", require_member(actor)
    )
    return chosen is not False
