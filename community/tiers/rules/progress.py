"""How far it is: to the next tier, to keeping this one, and what is the shortest way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from community.tiers.rules.periods import INSTANT, Window
from community.tiers.rules.programme import COUNTED, Programme, Tier, Track
from community.tiers.rules.standing import Numbers, Standing, best, falls_to, kept

SHORTEST_PACE = timedelta(days=14)
"""A pace is not told from fewer days: one purchase on the first day says little about a year."""


class Aim(StrEnum):
    """What an action is good for."""

    KEEP = "keep"
    REACH = "reach"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackProgress:
    """One counted track. What is needed is None where the track cannot lead there, or where there is nothing to do."""

    track: Track
    value: int
    needed: int | None
    kept_value: int
    needed_to_keep: int | None

    @property
    def missing(self) -> int | None:
        """What the next tier still takes."""
        return None if self.needed is None else max(0, self.needed - self.value)

    @property
    def missing_to_keep(self) -> int | None:
        """What keeping the tier still takes."""
        return None if self.needed_to_keep is None else max(0, self.needed_to_keep - self.kept_value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """So much more on one track keeps a tier or reaches it."""

    aim: Aim
    track: Track
    missing: int
    tier: Tier


def tracks(programme: Programme, standing: Standing, counted: Numbers, judged: Numbers) -> list[TrackProgress]:
    """How far each counted track has come."""
    following = programme.above(standing.tier)
    earned = programme.tier(standing.earned) if standing.period else None
    return [
        TrackProgress(
            track=track,
            value=counted.of(track),
            needed=following.needed(track) if following else None,
            kept_value=judged.of(track),
            needed_to_keep=_kept_at(programme, earned, track),
        )
        for track in COUNTED
    ]


def is_at_risk(programme: Programme, standing: Standing, judged: Numbers) -> bool:
    """Whether the earned tier would be lost if nothing more came in."""
    return falls_to(programme, standing.earned, kept(programme, judged)[0]) != standing.earned


def projected(programme: Programme, standing: Standing, counted: Numbers, judged: Numbers, now: datetime) -> str:
    """The tier after the end of the period if the member goes on at the pace of this period.

    Without a period, and in the grace after one, nothing more is expected to come in.
    """
    numbers = judged
    if standing.period and now < standing.period.until:
        numbers = at_pace(judged, standing.period, now)
    falls = falls_to(programme, standing.earned, kept(programme, numbers)[0])
    reaches = programme.higher(best(programme, numbers)[0], best(programme, counted)[0])
    earned = programme.higher(falls, reaches) if standing.period else programme.higher(standing.earned, reaches)
    ends = standing.period.until if standing.period else now
    if standing.locked and standing.is_locked(ends):
        return standing.locked
    return programme.higher(standing.plan, earned)


def at_pace(numbers: Numbers, period: Window, now: datetime) -> Numbers:
    """What the numbers come to by the end of the period if they grow as they did."""
    elapsed = max(now - period.since, SHORTEST_PACE) // INSTANT
    whole = max((period.until - period.since) // INSTANT, elapsed)
    return Numbers(spend=numbers.spend * whole // elapsed, engagement=numbers.engagement * whole // elapsed)


def next_best_action(
    programme: Programme, standing: Standing, progress: list[TrackProgress], *, at_risk: bool
) -> Action | None:
    """The shortest way, as a part of the whole way, to keep the tier or else to reach the next; None at the top."""
    keeping = programme.tier(standing.earned) if at_risk else None
    following = programme.above(standing.tier)
    ways = [*_ways(Aim.KEEP, keeping, progress)] or [*_ways(Aim.REACH, following, progress)]
    return min(ways, default=(0.0, None), key=lambda way: way[0])[1]


def _ways(aim: Aim, tier: Tier | None, progress: list[TrackProgress]) -> Iterator[tuple[float, Action]]:
    for track in progress:
        needed = track.needed_to_keep if aim is Aim.KEEP else track.needed
        missing = track.missing_to_keep if aim is Aim.KEEP else track.missing
        if tier is not None and needed and missing:
            yield missing / needed, Action(aim=aim, track=track.track, missing=missing, tier=tier)


def _kept_at(programme: Programme, tier: Tier | None, track: Track) -> int | None:
    needed = tier.needed(track) if tier else None
    return None if needed is None else programme.keeps(needed)
