"""What members may use now. The one answer for everybody who gates something."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.entitlements import policy
from community.entitlements.queries.features import LATEST, at_version
from community.entitlements.rules.catalogue import Catalogue
from community.entitlements.rules.rights import Grant, Rights, Source, SourceKind
from community.kernel import clock
from community.tiers import queries as tiers


async def rights_of(
    member_ids: Iterable[UUID], now: datetime | None = None, reached: Mapping[UUID, frozenset[str]] | None = None
) -> dict[UUID, Rights]:
    """What each of these members holds: what their tier opens, and what they were granted.

    One statement for the grants and one of tiers for the standings, whoever is asked about; none of tiers for who knows
    what they `reached` now. Who is unknown has what the lowest tier opens.
    """
    now = now or clock.now()
    wanted = list(dict.fromkeys(member_ids))
    if not wanted:
        return {}
    rows = await database.fetch(_OPEN, wanted, now)
    features = await at_version(rows[0]["version_id"])
    grants: dict[UUID, dict[str, list[Grant]]] = {
        member_id: opened_by_tier(features, keys)
        for member_id, keys in (reached or await tiers.reached_by(wanted, now)).items()
    }
    for row in rows:
        if row["feature"] is not None:
            grants[row["member_id"]].setdefault(row["feature"], []).append(grant_of(row))
    return {member_id: Rights({key: tuple(each) for key, each in found.items()}) for member_id, found in grants.items()}


async def rights_seen_by(actor: Actor, member_ids: Sequence[UUID], now: datetime) -> dict[UUID, Rights]:
    """The same for those whose rights the actor may know; the others are missing."""
    readable = [member_id for member_id in member_ids if policy.can_read(actor, member_id)]
    return await rights_of(readable, now)


async def can(member_id: UUID, feature: str, now: datetime | None = None) -> bool:
    """Whether the member may use the feature now. False for a feature that nobody has heard of."""
    now = now or clock.now()
    return (await rights_of([member_id], now))[member_id].holds(feature, now)


def opened_by_tier(features: Catalogue, reached: frozenset[str]) -> dict[str, list[Grant]]:
    """What the tiers open that somebody has reached. It has no end as long as the tier lasts."""
    return {
        feature.key: [Grant(source=Source(SourceKind.TIER, feature.tier))]
        for feature in features.opened_by(reached)
        if feature.tier
    }


def grant_of(row: Mapping[str, Any]) -> Grant:
    """A grant from its row."""
    return Grant(
        source=Source(SourceKind(row["source_kind"]), row["source_key"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
    )


_OPEN = f"""
    select latest.id as version_id, g.member_id, g.feature, g.source_kind, g.source_key, g.starts_at, g.ends_at
    from (select {LATEST} as id) latest
    left join entitlements_grant g on g.member_id = any($1) and g.closed_at is null
        and (g.ends_at is null or g.ends_at > $2)
    order by g.id
"""
