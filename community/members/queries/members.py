"""Members: by id, by handle, by another system's id."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, Self
from uuid import UUID

import asyncpg
import orjson

from community import database
from community.kernel.along import NOTHING, REMEMBERED, Along, Companion, Company
from community.kernel.text import fold
from community.members import rules
from community.members.rules import Source


class MemberView(NamedTuple):
    """A member's row."""

    id: UUID
    handle: str
    display_name: str
    bio: str
    locale: str
    time_zone: str
    time_zone_changed_at: datetime | None
    birthday: date | None
    joined_at: datetime

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        """The member in a row that begins with `COLUMNS`."""
        return cls._make(row[: len(cls._fields)])

    @property
    def time_zone_changeable_at(self) -> datetime | None:
        """When the time zone may change next; None means at once."""
        return rules.time_zone_changeable_at(self.time_zone_changed_at)


COLUMNS = (
    "m.id, m.handle, m.display_name, m.bio, m.locale, m.time_zone, m.time_zone_changed_at, m.birthday, m.joined_at"
)


async def by_ids(ids: Iterable[UUID], along: Along = NOTHING) -> dict[UUID, MemberView]:
    """The members among `ids` who exist. No statement for those who came along as `BESIDE`."""

    async def read(missing: list[UUID]) -> dict[UUID, MemberView]:
        rows = await database.fetch(f"select {COLUMNS} from members_member m where m.id = any($1)", missing)
        return {view.id: view for view in database.views_of(MemberView, rows)}

    return await along.found(BESIDE, ids, read)


BESIDE: Companion[MemberView] = Companion(
    "members_member m where m.id = {}".format, MemberView, tuple(COLUMNS.split(", "))
)
"""A member, for the statement of another area."""


async def known_among(ids: Iterable[UUID]) -> set[UUID]:
    """Those of these ids that are members'."""
    rows = await database.fetch("select id from members_member where id = any($1)", list(set(ids)))
    return {row["id"] for row in rows}


async def by_external_ids(external_ids: Iterable[str]) -> dict[str, UUID]:
    """The ids of members by how another system calls them; who is none is missing."""
    rows = await database.fetch(
        "select external_id, id from members_member where external_id = any($1)", list(external_ids)
    )
    return {row["external_id"]: row["id"] for row in rows}


async def each_of(ids: Sequence[UUID]) -> list[MemberView | None]:
    """The member with each of these ids, in their order."""
    found = await by_ids(ids)
    return [found.get(each) for each in ids]


async def one(member_id: UUID, along: Along = NOTHING) -> MemberView | None:
    """The member with this id, and what comes along."""
    return await _one("m.id = $1", member_id, along)


def company(companions: Iterable[Companion[Any]]) -> Company:
    """Who comes along with a member, about them."""
    return Company.of({"m.id": companions}, own=COLUMNS)


async def by_handles(handles: Iterable[str]) -> dict[str, MemberView]:
    """Members by their handles, whatever the case; the keys are folded."""
    folded = list({fold(handle) for handle in handles})
    rows = await database.fetch(
        f"select {COLUMNS}, m.handle_folded from members_member m where m.handle_folded = any($1)", folded
    )
    return {row["handle_folded"]: MemberView.of(row) for row in rows}


async def by_handle(handle: str, along: Along = NOTHING) -> MemberView | None:
    """The member with this handle, whatever the case, and what comes along."""
    return await _one("m.handle_folded = $1", fold(handle), along)


async def source_of(member_id: UUID) -> Source | None:
    """How a member came, as their app told it when they joined; None where it told nothing."""
    kept = await database.fetch_value("select source::text from members_member where id = $1", member_id)
    return Source.of_json(orjson.loads(kept)) if kept else None


async def _one(condition: str, value: Any, along: Along) -> MemberView | None:
    rows = await database.fetch(_by(condition, along.company), value, *along.given())
    along.keep(rows)
    return next(iter(database.views_of(MemberView, rows)), None)


@lru_cache(REMEMBERED)
def _by(condition: str, company: Company) -> str:
    columns, joined = company.beside(1)
    return f"select {COLUMNS}{columns} from members_member m{joined} where {condition}"
