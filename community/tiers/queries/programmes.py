"""The versions of the programme: the one that decides now, and all there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor, Permission, require
from community.tiers.rules.programme import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeView:
    """One version of the rules, from when on it decides."""

    id: UUID
    version: int
    rules: Programme
    starts_at: datetime
    published_at: datetime
    published_by: UUID | None


IN_FORCE = "(select id from tiers_programme where starts_at <= {now} order by version desc limit 1)"
"""The id of the version that decides at an instant, for the statement of somebody who needs it anyway."""

_seen: dict[UUID, ProgrammeView] = {}
"""Versions never change, so a process reads each once."""


async def in_force(now: datetime) -> ProgrammeView:
    """The version that decides at `now`."""
    return await by_id(await database.fetch_value(f"select {IN_FORCE.format(now='$1')}", now))


async def by_id(programme_id: UUID) -> ProgrammeView:
    """A version that exists."""
    if programme_id not in _seen:
        row = await database.fetch_one("select * from tiers_programme where id = $1", programme_id)
        assert row, "a version is never deleted"
        _seen[programme_id] = _view(row)
    return _seen[programme_id]


async def latest() -> ProgrammeView:
    """The version published last, whether or not it has started."""
    row = await database.fetch_one("select * from tiers_programme order by version desc limit 1")
    assert row, "the migration publishes the first version"
    return _view(row)


async def versions(actor: Actor) -> list[ProgrammeView]:
    """All versions, the last one first. For staff."""
    require(actor, Permission.TIERS_SIMULATE)
    return [_view(row) for row in await database.fetch("select * from tiers_programme order by version desc")]


def _view(row: Mapping[str, Any]) -> ProgrammeView:
    values = dict(row)
    return ProgrammeView(rules=Programme.of_json(orjson.loads(values.pop("terms"))), **values)
