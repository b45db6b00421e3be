"""Announcing what became of rights without anybody's doing: by the clock, with the tier, with the catalogue."""

from datetime import datetime
from uuid import UUID

from community import database
from community.database import transaction
from community.entitlements.queries import catalogue
from community.entitlements.service.holdings import locked
from community.kernel import clock
from community.tiers import queries as tiers

BATCH = 200


@transaction()
async def settle_due(now: datetime, limit: int = BATCH) -> int:
    """Announce up to `limit` rights that began or ended by now; how many were looked at."""
    rows = await database.fetch(
        "select member_id, feature from entitlements_right where due_at <= $1"
        " order by member_id, feature limit $2 for no key update skip locked",
        now,
        limit,
    )
    if rows:
        await (await locked([(row["member_id"], row["feature"]) for row in rows])).write()
    return len(rows)


@transaction()
async def settle_tier(member_id: UUID) -> None:
    """Announce what the tier of a member opens and does not open any more. What it opens is true before it is said."""
    reached = (await tiers.reached_by([member_id], clock.now()))[member_id]
    opened = {feature.key for feature in (await catalogue()).opened_by(reached)}
    rows = await database.fetch(
        "select feature from entitlements_right where member_id = $1 and since is not null", member_id
    )
    if touched := opened | {row["feature"] for row in rows}:
        await (await locked([(member_id, feature) for feature in touched])).write()


@transaction()
async def settle_feature(feature: str, *, after: UUID | None = None, limit: int = BATCH) -> UUID | None:
    """Announce what another version of a feature changed, for up to `limit` members after this one; who came last.

    Members who never did anything have no standing: what the lowest tier opens is theirs, and is announced to nobody.
    """
    opens = (await catalogue()).features[feature].tier
    keys = [tier.key for tier in await tiers.ladder(clock.now())]
    reaching = keys[keys.index(opens) :] if opens else []
    rows = await database.fetch(
        "select member_id from entitlements_right where feature = $1 and since is not null"
        " and ($2::uuid is null or member_id > $2) order by member_id limit $3",
        feature,
        after,
        limit,
    )
    holding = {row["member_id"] for row in rows}
    found = sorted(holding | set(await tiers.members_on(reaching, after=after, limit=limit)))[:limit]
    if not found:
        return None
    await (await locked([(member_id, feature) for member_id in found])).write()
    return found[-1]
