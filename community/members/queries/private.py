"""What members allow, and what staff have marked them with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, Permission
from community.kernel.errors import Forbidden
from community.members import policy


@dataclass(frozen=True, slots=True)
class ConsentView:
    """The latest answer of a member for one purpose on one channel."""

    purpose: str
    channel: str
    granted: bool
    source: str
    given_at: datetime


async def consents_of(actor: Actor, member_id: UUID) -> list[ConsentView]:
    """The latest answer for each purpose and channel that was ever asked. For the member and trusted staff."""
    _require_private(actor, member_id)
    rows = await database.fetch(
        "select distinct on (purpose, channel) purpose, channel, granted, source, given_at"
        " from members_consent where member_id = $1 order by purpose, channel, given_at desc, id desc",
        member_id,
    )
    return [ConsentView(**row) for row in rows]


async def labels_of(ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """What staff have marked each of these members with. One statement. Never for the members themselves."""
    wanted = list(set(ids))
    rows = await database.fetch(
        "select member_id, array_agg(label) as labels from members_label where member_id = any($1) group by member_id",
        wanted,
    )
    return dict.fromkeys(wanted, frozenset[str]()) | {row["member_id"]: frozenset(row["labels"]) for row in rows}


async def labels_seen_by(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """The same for staff who label; empty for everybody else."""
    return await labels_of(ids) if policy.can_label(actor) else {}


def _require_private(actor: Actor, member_id: UUID) -> None:
    if not policy.can_read_private(actor, member_id):
        raise Forbidden(Permission.MEMBERS_READ_PRIVATE.value)
