"""Where members stand, why, and how far it is to the next tier."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from community import database
from community.access.policy import Actor
from community.kernel.along import NOTHING, NOW, Along, Companion
from community.members import queries as members
from community.settings import settings
from community.tiers import policy
from community.tiers.queries import programmes
from community.tiers.queries.numbers import numbers_in
from community.tiers.queries.programmes import IN_FORCE, ProgrammeView
from community.tiers.rules import progress as rules
from community.tiers.rules.periods import Calendar, Window, counting
from community.tiers.rules.programme import COUNTED, PeriodKind, Programme, Tier, Track
from community.tiers.rules.progress import Action, TrackProgress
from community.tiers.rules.standing import Numbers, Standing, best, effective, judging, lost_at, newcomer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A member's standing with the numbers that decide on it: for going up, and for keeping what they have."""

    member_id: UUID
    standing: Standing
    calendar: Calendar
    counting: Window
    counted: Numbers
    judged: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackView:
    """What one track comes to, and the tier it grants; its entries are those in `window`."""

    member_id: UUID
    track: Track
    tier: Tier | None
    value: int | None
    window: Window
    is_deciding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressView:
    """How far it is. `lost_at` is when the tier is lost unless more comes in, None while it is safe."""

    tracks: list[TrackProgress]
    next: Tier | None
    period_ends_at: datetime | None
    lost_at: datetime | None
    projected: Tier
    action: Action | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """Where a member stands at an instant. `locked_until` has a meaning only while `is_locked`."""

    member_id: UUID
    tier: Tier
    since: datetime
    deciding: Track | None
    is_locked: bool
    locked_until: datetime | None
    version: int
    because: list[TrackView]
    progress: ProgressView


async def standing(member_ids: Iterable[UUID], now: datetime) -> dict[UUID, StandingView]:
    """Where each of these members stands, which track won, and the number of each track. Two statements."""
    programme, readings = await read(member_ids, now)
    return {reading.member_id: _view(programme, reading, now) for reading in readings}


async def standing_seen_by(actor: Actor, member_ids: Iterable[UUID], now: datetime) -> dict[UUID, StandingView]:
    """The same for those whose numbers the actor may know; the others are missing."""
    readable = [member_id for member_id in member_ids if policy.can_read(actor, member_id)]
    return await standing(readable, now) if readable else {}


async def progress(member_ids: Iterable[UUID], now: datetime) -> dict[UUID, ProgressView]:
    """How far each of these members is from the next tier and from losing this one."""
    return {member_id: view.progress for member_id, view in (await standing(member_ids, now)).items()}


async def tiers_of(member_ids: Iterable[UUID], now: datetime, along: Along = NOTHING) -> dict[UUID, Tier]:
    """The tier of each of these members. One statement; none for those whose tier came along as `BESIDE`."""

    async def read(missing: list[UUID]) -> dict[UUID, Beside]:
        rows = await database.fetch(_TIERS, missing, now)
        return {row["wanted_id"]: _beside(*row[1:]) for row in rows}

    found = await along.found(BESIDE, member_ids, read)
    tiers: dict[int, Tier] = {}
    for place, each in {id(each): each for each in found.values()}.items():
        tiers[place] = each.tier((await programmes.by_id(UUID(each.programme_id))).rules, now)
    return {member_id: tiers[id(each)] for member_id, each in found.items()}


class Beside(NamedTuple):
    """What decides about somebody's tier: the version in force; of who has a standing, what they earned and hold."""

    programme_id: str
    earned: str | None
    plan: str | None
    locked: str | None
    locked_until: datetime | None

    def tier(self, rules: Programme, now: datetime) -> Tier:
        """The tier at `now`."""
        if self.earned is None:
            return rules.ladder[0]
        if self.plan is None and self.locked is None:
            return rules.tier(self.earned)
        return rules.tier(effective(rules, now, self.earned, self.plan, self.locked, self.locked_until))


_beside = lru_cache(10_000)(Beside)
"""Many members have the same; then it is one object."""


def _deciding(key: str, now: str) -> str:
    in_force = IN_FORCE.format(now=f"{now}::timestamptz")
    return f"(select {in_force} as programme_id) one left join tiers_standing s on s.member_id = {key}"


COLUMNS = ("programme_id::text", "s.earned", "s.plan", "s.locked", "s.locked_until")
BESIDE: Companion[Beside] = Companion(_deciding, _beside, COLUMNS, (NOW,))
"""A member's tier, for the statement of another area."""


async def reached_by(member_ids: Iterable[UUID], now: datetime) -> dict[UUID, frozenset[str]]:
    """The keys of the tiers that each of these members has reached: theirs, and all below it. One statement."""
    wanted = list(dict.fromkeys(member_ids))
    programme, found = await _standings(wanted, now)
    keys, base = programme.rules.keys, programme.rules.base
    tiers = {each: found[each].effective(programme.rules, now) if each in found else base for each in wanted}
    return {each: frozenset(keys[: programme.rules.rank(tier) + 1]) for each, tier in tiers.items()}


async def members_on(tiers: Sequence[str], *, after: UUID | None, limit: int) -> list[UUID]:
    """Members who stand on one of these tiers, in the order of their ids, after this one. For jobs: it reads them all.

    Who never did anything has no standing, and is missing.
    """
    rows = await database.fetch(
        "select member_id from tiers_standing where tier = any($1) and ($2::uuid is null or member_id > $2)"
        " order by member_id limit $3",
        list(tiers),
        after,
        limit,
    )
    return [row["member_id"] for row in rows]


async def ladder(now: datetime) -> tuple[Tier, ...]:
    """The tiers there are, from the bottom up."""
    return (await programmes.in_force(now)).rules.ladder


async def read(member_ids: Iterable[UUID], now: datetime) -> tuple[ProgrammeView, list[Reading]]:
    """The version in force, and what it decides on for each of these members."""
    wanted = list(dict.fromkeys(member_ids))
    programme, found = await _standings(wanted, now)
    standings = {each: found.get(each) or newcomer(programme.rules, now) for each in wanted}
    return programme, await readings(programme.rules, standings, now)


async def readings(programme: Programme, standings: Mapping[UUID, Standing], now: datetime) -> list[Reading]:
    """The numbers behind these standings under a programme. Two statements; three where joining days matter."""
    calendars = await _calendars(programme, list(standings))
    windows = {each: counting(programme, now, calendars[each]) for each in standings}
    judged_in = {each: window for each, place in standings.items() if (window := judging(place, now))}
    counted = await numbers_in(programme, [*windows.items(), *judged_in.items()])
    judged = dict(zip(judged_in, counted[len(windows) :], strict=True))
    return [
        Reading(
            member_id=each,
            standing=standings[each],
            calendar=calendars[each],
            counting=window,
            counted=numbers,
            judged=judged.get(each, numbers),
        )
        for (each, window), numbers in zip(windows.items(), counted, strict=False)
    ]


def standing_of(row: Mapping[str, Any]) -> Standing:
    """A standing from its row."""
    since, until, track = row["period_since"], row["period_until"], row["earned_by"]
    return Standing(
        tier=row["tier"],
        since=row["since"],
        earned=row["earned"],
        earned_by=Track(track) if track else None,
        earned_since=row["earned_since"],
        period=Window(since, until) if since else None,
        grace_until=row["grace_until"],
        warned_at=row["warned_at"],
        plan=row["plan"],
        locked=row["locked"],
        locked_until=row["locked_until"],
    )


async def _standings(member_ids: Sequence[UUID], now: datetime) -> tuple[ProgrammeView, dict[UUID, Standing]]:
    rows = await database.fetch(_STANDINGS, list(member_ids), now)
    programme = await programmes.by_id(rows[0]["programme_id"]) if rows else await programmes.in_force(now)
    return programme, {row["wanted_id"]: standing_of(row) for row in rows if row["member_id"]}


_TIERS = (
    f"select wanted.id as wanted_id, {', '.join(COLUMNS)} from (select {IN_FORCE.format(now='$2')} as programme_id) one"
    " cross join unnest($1::uuid[]) wanted(id) left join tiers_standing s on s.member_id = wanted.id"
)

_STANDINGS = (
    f"select wanted.id as wanted_id, {IN_FORCE.format(now='$2')} as programme_id, s.*"
    " from unnest($1::uuid[]) wanted(id) left join tiers_standing s on s.member_id = wanted.id"
)


async def _calendars(programme: Programme, member_ids: Sequence[UUID]) -> dict[UUID, Calendar]:
    calendar = Calendar(ZoneInfo(settings().time_zone))
    if programme.period is not PeriodKind.ANNIVERSARY:
        return dict.fromkeys(member_ids, calendar)
    found = await members.by_ids(member_ids)
    return {
        each: replace(calendar, joined_at=found[each].joined_at) if each in found else calendar for each in member_ids
    }


def _view(programme: ProgrammeView, reading: Reading, now: datetime) -> StandingView:
    place = reading.standing
    return StandingView(
        member_id=reading.member_id,
        tier=programme.rules.tier(place.effective(programme.rules, now)),
        since=place.since,
        deciding=place.deciding(programme.rules, now),
        is_locked=place.is_locked(now),
        locked_until=place.locked_until,
        version=programme.version,
        because=list(_tracks(programme.rules, reading, now)),
        progress=_progress(programme.rules, reading, now),
    )


def _tracks(programme: Programme, reading: Reading, now: datetime) -> Iterable[TrackView]:
    place = reading.standing
    for track in Track:
        numbers = Numbers(**{track.value: reading.counted.of(track)}) if track in COUNTED else None
        reached = best(programme, numbers)[0] if numbers else place.plan
        granted = programme.higher(place.earned, reached) if reached and track is place.earned_by else reached
        yield TrackView(
            member_id=reading.member_id,
            track=track,
            tier=programme.tier(granted) if granted else None,
            value=reading.counted.of(track) if numbers else None,
            window=reading.counting,
            is_deciding=track is place.deciding(programme, now),
        )


def _progress(programme: Programme, reading: Reading, now: datetime) -> ProgressView:
    place = replace(reading.standing, tier=reading.standing.effective(programme, now))
    tracks = rules.tracks(programme, place, reading.counted, reading.judged)
    at_risk = rules.is_at_risk(programme, place, reading.judged)
    return ProgressView(
        tracks=tracks,
        next=programme.above(place.tier),
        period_ends_at=place.period.until if place.period else None,
        lost_at=lost_at(programme, place, now) if at_risk else None,
        projected=programme.tier(rules.projected(programme, place, reading.counted, reading.judged, now)),
        action=rules.next_best_action(programme, place, tracks, at_risk=at_risk),
    )
