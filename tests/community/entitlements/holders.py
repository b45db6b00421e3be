"""Members and what they hold, for tests of verbs."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.access.policy import SYSTEM
from community.entitlements import queries
from community.entitlements import service as entitlements
from community.entitlements.queries import GrantView
from community.entitlements.rules.rights import Right, Source, SourceKind
from community.entitlements.service import BoughtLine
from community.kernel import clock, ids
from community.kernel.pages import PageRequest

PREMIUM, LOUNGE = "articles.premium", "lounge"
"""Features of the default catalogue: gold and vip have them."""

DAY = timedelta(days=1)


def a_source(kind: SourceKind = SourceKind.EVENT) -> Source:
    """A source that nothing else comes from."""
    return Source(kind, str(ids.new_id()))


async def right(member_id: UUID, feature: str = PREMIUM) -> Right | None:
    """What the member holds now."""
    now = clock.now()
    return (await queries.rights_of([member_id], now))[member_id].right(feature, now)


async def holds(member_id: UUID, feature: str = PREMIUM) -> bool:
    """Whether the member may use it now."""
    return await queries.can(member_id, feature)


async def until(member_id: UUID, feature: str = PREMIUM) -> datetime | None:
    """When the right ends that the member holds."""
    held = await right(member_id, feature)
    assert held, "they hold it"
    return held.ends_at


async def buys(
    member_id: UUID, sku: str = "pass.articles.30d", *, quantity: int = 1, at: datetime | None = None
) -> str:
    """The member buys a pass. The name of the order's line."""
    line = str(ids.new_id())
    bought = BoughtLine(line=line, member_id=member_id, sku=sku, quantity=quantity, at=at or clock.now())
    await entitlements.open_for_purchase([bought])
    return line


async def history(member_id: UUID) -> list[GrantView]:
    """Every grant of the member, oldest first."""
    pages = await queries.grants_of(SYSTEM, [member_id], PageRequest.of(first=100))
    return list(pages[member_id].items)[::-1]


async def clockwork() -> None:
    """What the job does about rights."""
    while await entitlements.settle_due(clock.now()):
        pass


async def said(member_id: UUID) -> list[dict[str, Any]]:
    """What was announced of the member's rights, in order."""
    rows = await database.fetch(
        "select type, payload::text as payload from outbox_fact"
        " where subject_id = $1 and type like 'entitlement.%' order by arrival",
        member_id,
    )
    return [{"type": row["type"].removeprefix("entitlement."), **orjson.loads(row["payload"])} for row in rows]


async def story(member_id: UUID) -> list[str]:
    """The same by their types alone."""
    return [fact["type"] for fact in await said(member_id)]
