"""What members did with items: how far they are, what they keep, what they chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.kernel.along import NOTHING, Along, Companion, Question


@dataclass(frozen=True, slots=True, kw_only=True)
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
    came: dict[UUID, ProgressView | None] = along.among(PROGRESS, item_ids)
    found = {item_id: progress for item_id, progress in came.items() if progress}
    if missing := list(set(item_ids) - came.keys()):
        rows = await database.fetch(
            f"select {', '.join(COLUMNS)} from content_progress where member_id = $1 and item_id = any($2)",
            actor.member_id,
            missing,
        )
        found |= {row["item_id"]: ProgressView(**row) for row in rows}
    return found


def progress_beside(member_id: UUID) -> Companion[ProgressView | None]:
    """How far a member is with an item, for the statement that reads it."""

    def row_of(key: str, question: Question) -> str:
        me = question.argument(member_id)
        return (
            f"(select row({', '.join(COLUMNS)}) from content_progress where member_id = {me}::uuid and item_id = {key})"
        )

    def read(values: Any) -> ProgressView | None:
        return ProgressView(**dict(zip(COLUMNS, values, strict=True))) if values else None

    return Companion(PROGRESS, row_of, read)


PROGRESS = "progress"
COLUMNS = ("item_id", "percent", "position", "read_at", "completed_at")


async def bookmarked_among(actor: Actor, item_ids: Sequence[UUID], along: Along = NOTHING) -> set[UUID]:
    """Those among these that the actor keeps for later. No statement for those that came along as `bookmark_beside`."""
    if actor.member_id is None:
        return set()
    came: dict[UUID, bool] = along.among(BOOKMARK, item_ids)
    found = {item_id for item_id, is_kept in came.items() if is_kept}
    if missing := list(set(item_ids) - came.keys()):
        rows = await database.fetch(
            "select item_id from content_bookmark where member_id = $1 and item_id = any($2)", actor.member_id, missing
        )
        found |= {row["item_id"] for row in rows}
    return found


def bookmark_beside(member_id: UUID) -> Companion[bool]:
    """Whether a member keeps an item for later, for the statement that reads it."""

    def is_kept(key: str, question: Question) -> str:
        me = question.argument(member_id)
        return f"(select true from content_bookmark where member_id = {me}::uuid and item_id = {key})"

    return Companion(BOOKMARK, is_kept, bool)


BOOKMARK = "bookmark"


async def wants_recommendations(actor: Actor) -> bool:
    """Whether the member gets recommendations made for them. Raises Unauthenticated."""
    chosen = await database.fetch_value(
        "select recommends from content_reader where member_id = $1", require_member(actor)
    )
    return chosen is not False
