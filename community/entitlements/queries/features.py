"""The features there are: as they are now, as they were at a time, and how one of them changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor, Permission, require
from community.entitlements.rules.catalogue import Catalogue, Feature, is_key

LATEST = "(select id from entitlements_feature order by version desc limit 1)"
"""The id of the version that the catalogue is at, for the statement of somebody who needs it anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureVersionView:
    """A feature as it was published once."""

    id: UUID
    version: int
    feature: Feature
    published_at: datetime
    published_by: UUID | None


_seen: dict[UUID, Catalogue] = {}
"""Versions never change, so a process reads each once."""


async def catalogue() -> Catalogue:
    """All features as they are now. One statement."""
    return await at_version(await database.fetch_value(f"select {LATEST}"))


async def catalogues_at(instants: Iterable[datetime]) -> dict[datetime, Catalogue]:
    """All features as they were at each of these times; before the first of them, only that one. One statement."""
    rows = await database.fetch(
        "select wanted.at, (select id from entitlements_feature where published_at <= wanted.at or version = 1"
        " order by version desc limit 1) as id from unnest($1::timestamptz[]) wanted(at)",
        list(instants),
    )
    return {row["at"]: await at_version(row["id"]) for row in rows}


async def at_version(version_id: UUID) -> Catalogue:
    """All features as they are after the version with this id, which exists."""
    if version_id not in _seen:
        rows = await database.fetch(
            "select distinct on (f.key) f.terms, last.version from entitlements_feature last"
            " join entitlements_feature f on f.version <= last.version"
            " where last.id = $1 order by f.key, f.version desc",
            version_id,
        )
        found = [Feature.of_json(orjson.loads(row["terms"])) for row in rows]
        _seen[version_id] = Catalogue(rows[0]["version"], {feature.key: feature for feature in found})
    return _seen[version_id]


async def versions_of(actor: Actor, feature: str) -> list[FeatureVersionView]:
    """Every version of a feature, the last one first. For staff."""
    require(actor, Permission.ENTITLEMENTS_PUBLISH)
    if not is_key(feature):
        return []
    rows = await database.fetch("select * from entitlements_feature where key = $1 order by version desc", feature)
    return [_view(row) for row in rows]


def _view(row: Mapping[str, Any]) -> FeatureVersionView:
    return FeatureVersionView(
        id=row["id"],
        version=row["version"],
        feature=Feature.of_json(orjson.loads(row["terms"])),
        published_at=row["published_at"],
        published_by=row["published_by"],
    )
