"""Every grant there ever was: from which source, since when, until when, and why it was closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.entitlements import policy
from community.entitlements.queries.rights import grant_of
from community.entitlements.rules.rights import Closing, Grant
from community.kernel.pages import Page, PageRequest, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """One grant of a member, open or closed."""

    id: UUID
    member_id: UUID
    feature: str
    grant: Grant
    reason: str | None
    granted_at: datetime
    closed_at: datetime | None
    closing: Closing | None
    closing_reason: str | None


async def grants_of(actor: Actor, member_ids: Sequence[UUID], request: PageRequest) -> dict[UUID, Page[GrantView]]:
    """A page of each member's grants, latest first. Who the actor may not look at is missing. One statement."""
    readable = [member_id for member_id in dict.fromkeys(member_ids) if policy.can_read(actor, member_id)]
    direction = "asc" if request.backward else "desc"
    rows = await database.fetch(
        "select found.* from unnest($1::uuid[]) owner(id) cross join lateral ("
        " select * from entitlements_grant where member_id = owner.id"
        " and ($2::uuid is null or id < $2) and ($3::uuid is null or id > $3)"
        f" order by id {direction} limit $4) found order by found.id {direction}",
        readable,
        *(request.after or (None,)),
        *(request.before or (None,)),
        request.size + 1,
    )
    found: dict[UUID, list[GrantView]] = {member_id: [] for member_id in readable}
    for row in rows:
        found[row["member_id"]].append(_view(row))
    return {each: page_of(grants, request, lambda grant: (grant.id,)) for each, grants in found.items()}


async def grants_by_ids(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, GrantView]:
    """The grants with these ids that the actor may read."""
    rows = await database.fetch("select * from entitlements_grant where id = any($1)", list(ids))
    return {row["id"]: _view(row) for row in rows if policy.can_read(actor, row["member_id"])}


def _view(row: Mapping[str, Any]) -> GrantView:
    return GrantView(
        id=row["id"],
        member_id=row["member_id"],
        feature=row["feature"],
        grant=grant_of(row),
        reason=row["reason"],
        granted_at=row["granted_at"],
        closed_at=row["closed_at"],
        closing=Closing(row["closing"]) if row["closing"] else None,
        closing_reason=row["closing_reason"],
    )
