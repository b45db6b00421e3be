"""Members who spend and earn, and what is known of their tiers, for tests of verbs."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.access.policy import SYSTEM
from community.kernel import clock, ids
from community.kernel.pages import PageRequest
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.tiers import queries
from community.tiers import service as tiers
from community.tiers.queries import StandingView, TransitionView

SILVER, GOLD, VIP = 10_000, 30_000, 100_000
"""What the default programme asks of those who spend."""


def somebody() -> UUID:
    """The id of a member, for verbs that need nothing else of them."""
    return ids.new_id()


def a_cause(kind: str = "order") -> Cause:
    """Something that never happened before."""
    return Cause(kind, str(ids.new_id()))


@database.transaction()
async def spends(member_id: UUID, amount: int, *, at: datetime | None = None) -> Cause:
    """A member buys something now, or bought it once, and it is decided on. The cause, to take it back."""
    cause = a_cause()
    await tiers.contribute(member_id, amount, at=at or clock.now(), cause=cause)
    await tiers.recompute(member_id, clock.now())
    return cause


@database.transaction()
async def earns(member_id: UUID, credits_: int, *, at: datetime | None = None) -> Cause:
    """A member earns status credits, and it is decided on."""
    cause = a_cause("activity")
    await ledger.award(member_id, Currency.CREDITS, credits_, cause, at=at)
    await tiers.recompute(member_id, clock.now())
    return cause


async def tier(member_id: UUID) -> str:
    """The key of the tier that everybody sees."""
    return (await queries.tiers_of([member_id], clock.now()))[member_id].key


async def standing(member_id: UUID) -> StandingView:
    """Where the member stands now."""
    return (await queries.standing([member_id], clock.now()))[member_id]


async def history(member_id: UUID) -> list[TransitionView]:
    """All changes of the member's tier, oldest first."""
    pages = await queries.transitions_of(SYSTEM, [member_id], PageRequest.of(first=100))
    return list(pages[member_id].items)[::-1]


async def moves(member_id: UUID) -> list[tuple[str, str]]:
    """From which tier to which the member went, oldest first."""
    return [(change.before, change.after) for change in await history(member_id)]


async def clockwork() -> int:
    """What the job does: decide on everybody who is due. On how many it did."""
    decided = 0
    while done := await tiers.settle_due(clock.now()):
        decided += done
    return decided


async def announced(subject_id: UUID) -> list[dict[str, Any]]:
    """The facts of tiers about somebody, each as its type and its fields, in order."""
    rows = await database.fetch(
        "select type, payload::text as payload from outbox_fact"
        " where subject_id = $1 and type like 'tier%' order by arrival",
        subject_id,
    )
    return [{"type": row["type"], **orjson.loads(row["payload"])} for row in rows]
