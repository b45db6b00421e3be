"""Who would move under other rules, worked out on the numbers as they are."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, Permission, require
from community.tiers import errors
from community.tiers.queries import programmes
from community.tiers.queries.standings import Reading, readings, standing_of
from community.tiers.rules.programme import Programme, flaw_in
from community.tiers.rules.standing import Standing, best, falls_to, kept

BATCH = 200
"""Small enough that others have their turn between two batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """So many members would go from one tier to another: at once, or when their period and its grace end."""

    before: str
    after: str
    at_once: bool
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationView:
    """How many members have a standing, and which of them would move."""

    members: int
    moves: list[MoveView]


async def simulate(actor: Actor, draft: Programme, now: datetime) -> SimulationView:
    """Whom the draft would place elsewhere than the rules in force do. Reads everybody's numbers.

    What is lost at the end of a period is worked out, under both, on what the period has brought so far. Raises
    InvalidTierProgramme.
    """
    require(actor, Permission.TIERS_SIMULATE)
    if flaw := flaw_in(draft, (await programmes.latest()).rules):
        raise errors.InvalidTierProgramme(flaw)
    present = (await programmes.in_force(now)).rules
    moves: Counter[tuple[str, str, bool]] = Counter()
    members = 0
    async for standings in _everybody():
        members += len(standings)
        under_present = await readings(present, standings, now)
        under_draft = under_present if _counts_alike(present, draft) else await readings(draft, standings, now)
        for was, would_be in zip(under_present, under_draft, strict=True):
            before, _ = _lands(present, was, now)
            after, at_once = _lands(draft, would_be, now)
            if after != before:
                moves[before, after, at_once] += 1
    return SimulationView(
        members=members,
        moves=[
            MoveView(before=before, after=after, at_once=at_once, members=count)
            for (before, after, at_once), count in sorted(
                moves.items(), key=lambda move: (draft.rank(move[0][0]), draft.rank(move[0][1]), move[0][2])
            )
        ],
    )


def _counts_alike(one: Programme, other: Programme) -> bool:
    """Whether two programmes come to the same numbers, whatever they ask for."""
    return (one.period, one.months, one.gates) == (other.period, other.months, other.gates)


def _lands(rules: Programme, reading: Reading, now: datetime) -> tuple[str, bool]:
    """The tier somebody comes to under these rules, and whether at once."""
    place = reading.standing
    reached, _ = best(rules, reading.counted)
    if rules.rank(reached) > rules.rank(place.earned):
        return replace(place, earned=reached).effective(rules, now), True
    lower = falls_to(rules, place.earned, kept(rules, reading.judged)[0])
    return replace(place, earned=lower).effective(rules, now), False


async def _everybody() -> AsyncIterator[dict[UUID, Standing]]:
    """All standings, so many at a time."""
    after: UUID | None = None
    while True:
        rows = await database.fetch(
            "select * from tiers_standing where $1::uuid is null or member_id > $1 order by member_id limit $2",
            after,
            BATCH,
        )
        if not rows:
            return
        yield {row["member_id"]: standing_of(row) for row in rows}
        after = rows[-1]["member_id"]
