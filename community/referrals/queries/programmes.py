"""The programme through time: version 1 since ever, then each published version from its start on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson

from community import database
from community.referrals.rules.programme import DEFAULT, FIRST_VERSION, Programme

SINCE_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedProgramme:
    """A version and when it begins."""

    id: UUID | None
    version: str
    starts_at: datetime
    programme: Programme


FIRST = PublishedProgramme(id=None, version=FIRST_VERSION, starts_at=SINCE_EVER, programme=DEFAULT)


async def programmes() -> list[PublishedProgramme]:
    """Every version, in the order in which they begin."""
    rows = await database.fetch(
        "select id, version, starts_at, programme::text as programme from referrals_programme order by starts_at"
    )
    published = [
        PublishedProgramme(
            id=row["id"],
            version=row["version"],
            starts_at=row["starts_at"],
            programme=Programme.of_json(orjson.loads(row["programme"])),
        )
        for row in rows
    ]
    return [FIRST, *published]


async def programme_at(instant: datetime) -> PublishedProgramme:
    """The version in force then."""
    return next(each for each in reversed(await programmes()) if each.starts_at <= instant)


async def programme_of(version: str) -> PublishedProgramme:
    """The version that decided something."""
    return next(each for each in await programmes() if each.version == version)
