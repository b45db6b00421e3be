"""What members may do at present, and what is taken from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.kernel.along import NOTHING, NOW, Along, Companion
from community.members import policy
from community.members.rules import Ability


@dataclass(frozen=True, slots=True)
class RestrictionView:
    """An ability that is taken at present."""

    id: UUID
    member_id: UUID
    ability: str
    reason: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class EarnerView:
    """What decides when and whether a member earns: their zone, and the restriction of that ability in force."""

    id: UUID
    time_zone: str
    reason: str | None
    ends_at: datetime | None


async def restrictions_of(ids: Sequence[UUID], now: datetime) -> dict[UUID, list[RestrictionView]]:
    """What is taken from each of these members at `now`, the one that ends last first."""
    rows = await database.fetch(
        "select id, member_id, ability, reason, starts_at, ends_at from members_restriction"
        " where member_id = any($1) and lifted_at is null and (ends_at is null or ends_at > $2)"
        " order by ends_at desc nulls first, id",
        list(set(ids)),
        now,
    )
    found: dict[UUID, list[RestrictionView]] = {member_id: [] for member_id in ids}
    for row in rows:
        found[row["member_id"]].append(RestrictionView(**row))
    return found


async def restrictions_seen_by(actor: Actor, ids: Iterable[UUID], now: datetime) -> dict[UUID, list[RestrictionView]]:
    """The same for those of whom the actor may know it; the others are missing."""
    readable = [member_id for member_id in ids if policy.can_read_private(actor, member_id)]
    return await restrictions_of(readable, now) if readable else {}


async def restriction_on(
    member_id: UUID, ability: Ability, now: datetime, along: Along = NOTHING
) -> RestrictionView | None:
    """The restriction that keeps a member from an ability at `now`, the longest if there are several.

    No statement where it came along as `RESTRICTIONS`.
    """
    found = await along.found(RESTRICTIONS, [member_id], lambda missing: restrictions_of(missing, now))
    return next((r for r in found[member_id] if r.ability == ability), None)


RESTRICTIONS: Companion[list[RestrictionView]] = Companion(
    (
        "array(select row(id, member_id, ability, reason, starts_at, ends_at) from members_restriction"
        " where member_id = {} and lifted_at is null and (ends_at is null or ends_at > {}::timestamptz)"
        " order by ends_at desc nulls first, id)"
    ).format,
    lambda rows: [RestrictionView(*row) for row in rows],
    arguments=(NOW,),
)
"""What is taken from a member, for the statement of another area."""


_EARNING = (
    "members_member m left join members_restriction r"
    " on r.member_id = m.id and r.ability = 'earn' and r.lifted_at is null and (r.ends_at is null or r.ends_at > {now})"
)
_EARNER = ("m.id", "m.time_zone", "r.reason", "r.ends_at")

EARNERS = f"select {', '.join(_EARNER)} from {_EARNING} where m.id = any({{ids}})"
"""Those among `ids` who exist, as the columns of an EarnerView, for the statement of another area too."""


EARNER = Companion(
    lambda key, now: f"{_EARNING.format(now=f'{now}::timestamptz')} where m.id = {key} limit 1",
    EarnerView,
    _EARNER,
    (NOW,),
)
"""A member as one who earns, for the statement of another area."""


async def earners(ids: Iterable[UUID], now: datetime) -> dict[UUID, EarnerView]:
    """The members among `ids` who exist, as those who earn. One statement."""
    rows = await database.fetch(EARNERS.format(ids="$1", now="$2"), list(set(ids)), now)
    return {row["id"]: EarnerView(**row) for row in rows}


async def abilities_of(member_id: UUID, now: datetime, along: Along = NOTHING) -> list[Ability]:
    """What nobody keeps the member from at `now`. No statement where it came along as `ABILITIES`."""

    async def read(missing: list[UUID]) -> dict[UUID, list[Ability]]:
        return {
            each: _left_by(taken.ability for taken in restrictions)
            for each, restrictions in (await restrictions_of(missing, now)).items()
        }

    return (await along.found(ABILITIES, [member_id], read))[member_id]


def _left_by(taken: Iterable[str]) -> list[Ability]:
    restricted = set(taken)
    return [ability for ability in Ability if ability not in restricted]


ABILITIES: Companion[list[Ability]] = Companion(
    (
        "array(select ability::text from members_restriction where member_id = {} and lifted_at is null"
        " and (ends_at is null or ends_at > {}::timestamptz))"
    ).format,
    _left_by,
    arguments=(NOW,),
)
"""What nobody keeps a member from, for the statement that reads them."""
