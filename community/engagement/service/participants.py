"""Members' turns: whoever holds a member's row decides what that member earns next."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.engagement.queries.programmes import PUBLISHED, PublishedProgramme, programmes_by_ids
from community.engagement.rules.deciding import Earner
from community.kernel.along import NOTHING, Along, Companion
from community.members import queries as members
from community.members.queries import EarnerView

Earners = Mapping[UUID, Earner]


@dataclass(frozen=True, slots=True)
class Turns:
    """The members whose turns these are, without their tiers, and the programme through time."""

    earners: Earners
    published: list[PublishedProgramme]


TURNS: tuple[Companion[Any], ...] = (members.EARNER, PUBLISHED)
"""What is read of somebody whose turn is taken, for the statement of another area."""


async def take_turns(member_ids: Iterable[UUID], now: datetime, along: Along = NOTHING) -> Turns:
    """Take these members' turns until the transaction ends, in the order of their ids; who is no member is missing.

    One statement for those who did something before. Only what is read after it is read in these turns. Where `TURNS`
    of all of them came along, nobody waits for the statement: who they are and which rules are in force is then what it
    was when that was read, as if they had been a moment earlier.
    """
    member_ids = set(member_ids)
    came = _came_along(member_ids, along)
    if came is not None:
        views, version_ids = came
        await database.send(_HOLD, "{" + ",".join(map(str, views)) + "}")
        return Turns({each: earner_of(view) for each, view in views.items()}, await programmes_by_ids(version_ids))
    rows = await database.fetch(_TAKE, list(member_ids), now)
    found = {row["id"]: EarnerView(row["id"], row["time_zone"], row["reason"], row["ends_at"]) for row in rows}
    if missing := [row["id"] for row in rows if not row["is_locked"]]:
        await _open(missing)
    published = await programmes_by_ids(rows[0]["published"]) if rows else []
    return Turns({each: earner_of(view) for each, view in found.items()}, published)


def _came_along(member_ids: Collection[UUID], along: Along) -> tuple[Mapping[UUID, EarnerView], list[UUID]] | None:
    """Those whose turns these are, and which versions of the programme are published; nothing if somebody is missing.

    What came along with several came in one statement: the same is published for all of them.
    """
    views = along.among(members.EARNER, member_ids)
    published = along.among(PUBLISHED, member_ids)
    if not member_ids or any(views.get(each) is None or each not in published for each in member_ids):
        return None
    return views, next(iter(published.values()))


async def earners_of(member_ids: Iterable[UUID], now: datetime) -> Earners:
    """The same members without their turns. One statement."""
    found = await members.earners(member_ids, now)
    return {each: earner_of(view) for each, view in found.items()}


async def lock(member_id: UUID) -> None:
    """Take the turn of somebody who did something before."""
    await lock_all([member_id])


async def lock_all(member_ids: Iterable[UUID]) -> None:
    """Take the turns of members who did something before."""
    await database.execute(_LOCK, list(member_ids))


def earner_of(view: EarnerView) -> Earner:
    """A member as rules see them, their tier aside."""
    restriction = (view.reason, view.ends_at) if view.reason is not None else None
    return Earner(member_id=view.id, time_zone=view.time_zone, restriction=restriction)


async def _open(member_ids: list[UUID]) -> None:
    """Take turns that nobody took before. Who was faster is waited for."""
    opened = await database.fetch(_OPEN, member_ids)
    if faster := set(member_ids) - {row["member_id"] for row in opened}:
        await database.execute(_LOCK, list(faster))


_LOCK = "select member_id from engagement_participant where member_id = any($1) order by member_id for no key update"

# A row that is there is locked, although it is not changed.
_HOLD = """
    insert into engagement_participant (member_id)
    select id from members_member where id = any($1::uuid[]) order by id
    on conflict (member_id) do update set member_id = excluded.member_id where false
"""

_TAKE = f"""
    with locked as ({_LOCK})
    select earner.*, locked.member_id is not null as is_locked,
        array(select id from engagement_programme order by starts_at) as published
    from ({members.EARNERS.format(ids="$1", now="$2")}) earner left join locked on locked.member_id = earner.id
"""

_OPEN = """
    insert into engagement_participant (member_id) select id from unnest($1::uuid[]) member(id) order by id
    on conflict do nothing returning member_id
"""
