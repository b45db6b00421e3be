"""Passes that were bought: orders says so in the transactions that record and refund them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.entitlements.queries import catalogues_at
from community.entitlements.rules.rights import Closing, Grant, Source, SourceKind, begins_at
from community.entitlements.service.holdings import locked

LONGEST = timedelta(days=36_600)
"""However many passes somebody buys, no further than this from the day they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtLine:
    """One line of an order: so many of an article, paid at an instant. `line` names the right's source for ever."""

    line: str
    member_id: UUID
    sku: str
    quantity: int
    at: datetime

    @property
    def source(self) -> Source:
        """What the right comes from."""
        return Source(SourceKind.PURCHASE, self.line)


@transaction()
async def open_for_purchase(purchases: Sequence[BoughtLine], *, actor: Actor | None = None) -> None:
    """Open what the passes among these open, as the catalogue was when they were bought. Another line is ignored.

    A pass begins when those before it are used up. The same line again changes nothing, even after it was refunded.
    """
    catalogues = await catalogues_at({each.at for each in purchases})
    sold = [
        (each, *found)
        for each in purchases
        if (found := catalogues[each.at].passes.get(each.sku)) and each.quantity > 0
    ]
    if not sold:
        return
    holdings = await locked([(bought.member_id, feature.key) for bought, feature, _ in sold])
    known = await _known([bought for bought, _, _ in sold])
    for bought, feature, each in sorted(sold, key=lambda line: (line[0].at, line[0].line)):
        if bought.line in known:
            continue
        known.add(bought.line)
        begins = begins_at(holdings.of(bought.member_id, feature.key).all(), bought.at)
        ends = min(begins + min(each.lasts * min(bought.quantity, LONGEST.days), LONGEST), bought.at + LONGEST)
        if ends > begins:
            given = Grant(source=bought.source, starts_at=begins, ends_at=ends)
            holdings.open(bought.member_id, feature.key, given, by=actor)
    await holdings.write(actor)


@transaction()
async def close_for_refund(lines: Sequence[str], *, reason: str, actor: Actor | None = None) -> None:
    """Take what these lines opened, because they were refunded in full. Passes that waited for them begin earlier."""
    rows = await database.fetch(
        "select member_id, feature, source_key from entitlements_grant"
        " where source_kind = 'purchase' and source_key = any($1) and closed_at is null",
        list(lines),
    )
    if not rows:
        return
    holdings = await locked([(row["member_id"], row["feature"]) for row in rows])
    for row in rows:
        member_id, feature, source = row["member_id"], row["feature"], Source(SourceKind.PURCHASE, row["source_key"])
        if found := holdings.open_from(member_id, feature, source):
            holdings.close(member_id, feature, found[0], Closing.REVOKED, by=actor, reason=reason)
    await holdings.write(actor)


async def _known(purchases: Sequence[BoughtLine]) -> set[str]:
    rows = await database.fetch(
        "select distinct source_key from entitlements_grant where source_kind = 'purchase' and source_key = any($1)",
        [each.source.key for each in purchases],
    )
    return {row["source_key"] for row in rows}
