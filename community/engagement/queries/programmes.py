"""The programme through time: version 1 since ever, then each published version from its start on."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson

from community import database
from community.engagement.rules.programme import DEFAULT, FIRST_VERSION, Programme
from community.kernel.along import Companion

SINCE_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedProgramme:
    """A version and when it begins."""

    id: UUID | None
    version: str
    starts_at: datetime
    programme: Programme


FIRST = PublishedProgramme(id=None, version=FIRST_VERSION, starts_at=SINCE_EVER, programme=DEFAULT)

_known: dict[UUID, PublishedProgramme] = {}
"""What was read once: a published version never changes."""


async def programmes() -> list[PublishedProgramme]:
    """Every version, in the order in which they begin."""
    rows = await database.fetch("select id from engagement_programme order by starts_at")
    return await programmes_by_ids(row["id"] for row in rows)


async def programmes_by_ids(ids: Iterable[UUID]) -> list[PublishedProgramme]:
    """Version 1, and these in their order. A statement only for what this process has never met."""
    wanted = list(ids)
    if unknown := [each for each in wanted if each not in _known]:
        rows = await database.fetch(
            "select id, version, starts_at, programme::text as programme from engagement_programme where id = any($1)",
            unknown,
        )
        for row in rows:
            _known[row["id"]] = PublishedProgramme(
                id=row["id"],
                version=row["version"],
                starts_at=row["starts_at"],
                programme=Programme.of_json(orjson.loads(row["programme"])),
            )
    return [FIRST, *(_known[each] for each in wanted)]


PUBLISHED: Companion[list[UUID]] = Companion(
    lambda _: "array(select id from engagement_programme order by starts_at)", list
)
"""The ids of the versions that were published, in their order, whatever the statement is about."""


async def programme_at(instant: datetime) -> PublishedProgramme:
    """The version in force then."""
    return in_force(await programmes(), instant)


def in_force(versions: Sequence[PublishedProgramme], instant: datetime) -> PublishedProgramme:
    """The last of these, in the order of their starts, to have begun by then."""
    return versions[bisect_right(versions, instant, key=lambda version: version.starts_at) - 1]
