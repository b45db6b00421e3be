"""How members came to their tiers: every change, latest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.kernel.pages import Page, PageRequest, page_of
from community.tiers import policy
from community.tiers.rules.programme import Track
from community.tiers.rules.standing import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionView:
    """One change of a tier, with the version that decided and the numbers it decided on."""

    id: UUID
    member_id: UUID
    before: str
    after: str
    reason: Reason
    track: Track | None
    version: int
    spend: int
    engagement: int
    decided_at: datetime
    actor_id: UUID | None


async def transitions_of(
    actor: Actor, member_ids: Sequence[UUID], request: PageRequest
) -> dict[UUID, Page[TransitionView]]:
    """A page of each member's changes, latest first. Who the actor may not look at is missing."""
    readable = [member_id for member_id in dict.fromkeys(member_ids) if policy.can_read(actor, member_id)]
    direction = "asc" if request.backward else "desc"
    rows = await database.fetch(
        "select found.* from unnest($1::uuid[]) owner(id) cross join lateral ("
        " select * from tiers_transition where member_id = owner.id"
        " and ($2::uuid is null or id < $2) and ($3::uuid is null or id > $3)"
        f" order by id {direction} limit $4) found order by found.id {direction}",
        readable,
        *(request.after or (None,)),
        *(request.before or (None,)),
        request.size + 1,
    )
    found: dict[UUID, list[TransitionView]] = {member_id: [] for member_id in readable}
    for row in rows:
        found[row["member_id"]].append(_view(row))
    return {each: page_of(changes, request, lambda change: (change.id,)) for each, changes in found.items()}


async def transitions_by_ids(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, TransitionView]:
    """The changes with these ids that the actor may read."""
    rows = await database.fetch("select * from tiers_transition where id = any($1)", list(ids))
    return {row["id"]: _view(row) for row in rows if policy.can_read(actor, row["member_id"])}


def _view(row: Mapping[str, Any]) -> TransitionView:
    values = dict(row)
    reason, track = Reason(values.pop("reason")), values.pop("track")
    return TransitionView(reason=reason, track=Track(track) if track else None, **values)
