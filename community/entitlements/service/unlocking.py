"""A member pays with points to use a feature for some days."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community.access.policy import Actor, require_member
from community.database import transaction
from community.entitlements import errors
from community.entitlements.rules.rights import Grant, Source, SourceKind
from community.entitlements.service.holdings import locked
from community.idempotency import service as idempotency
from community.kernel import ids
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause

CAUSE = "unlock"
"""The kind of cause of what the ledger takes for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """What was paid, and until when."""

    member_id: UUID
    feature: str
    points: int
    ends_at: datetime


@transaction()
async def unlock(actor: Actor, feature: str, *, idempotency_key: str) -> Unlocked:
    """Pay the feature's price in points. The same key again gives the first result and takes nothing.

    Raises UnknownFeature, NotForPoints, AlreadyHeld; the ledger's InsufficientPoints; members' MayNotSpend;
    IdempotencyKeyReused and IdempotencyKeyMalformed.
    """
    member_id = require_member(actor)

    async def pay() -> dict[str, Any]:
        holdings = await locked([(member_id, feature)])
        catalogue, now = holdings.catalogue, holdings.now
        found = catalogue.features.get(feature)
        price = found.points if found else None
        if price is None:
            raise errors.NotForPoints(feature)
        if right := holdings.of(member_id, feature).right(feature, now):
            raise errors.AlreadyHeld(feature, right.ends_at)
        key = str(ids.new_id())
        granted = Grant(source=Source(SourceKind.POINTS, key), starts_at=now, ends_at=now + price.lasts)
        holdings.open(member_id, feature, granted, by=actor)
        cause = Cause(CAUSE, key, rule_version=str(catalogue.version))
        await ledger.spend(member_id, price.points, cause, purpose=feature, actor=actor)
        await holdings.write(actor)
        return {"points": price.points, "ends_at": granted.ends_at}

    paid = await idempotency.once(f"entitlements.unlock:{member_id}", idempotency_key, {"feature": feature}, pay)
    return Unlocked(
        member_id=member_id,
        feature=feature,
        points=paid["points"],
        ends_at=datetime.fromisoformat(paid["ends_at"]),
    )
