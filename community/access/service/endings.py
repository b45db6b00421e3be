"""Ending sessions: a part of verbs, which are `felt_at_once`."""

from datetime import datetime
from uuid import UUID

from community import database
from community.access.queries import EndReason


async def end(session_id: UUID, reason: EndReason, now: datetime) -> None:
    """End a session; an ended one keeps its first reason."""
    await database.execute(
        "update access_session set end_reason = $2, ended_at = $3 where id = $1 and ended_at is null",
        session_id,
        reason,
        now,
    )


async def end_all(account_id: UUID, reason: EndReason, now: datetime, *, but: UUID | None = None) -> int:
    """End the sessions of an account, but for one; returns how many were live."""
    ended = await database.fetch(
        "update access_session set end_reason = $2, ended_at = $3"
        " where account_id = $1 and id is distinct from $4::uuid and ended_at is null returning expires_at",
        account_id,
        reason,
        now,
        but,
    )
    return sum(row["expires_at"] > now for row in ended)
