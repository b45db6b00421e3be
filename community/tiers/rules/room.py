"""How much more may come in before anybody has to look: most purchases and most credits move nobody."""

from dataclasses import dataclass

from community.tiers.rules.programme import LARGEST, Programme, Track
from community.tiers.rules.standing import Numbers, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """For each counted track, the least that can lead to a higher tier. Below zero it could at any time.

    Time alone only makes it wider: a window never grows backwards, and what is taken back counts no more.
    """

    spend: int
    engagement: int


def room_of(programme: Programme, standing: Standing, counted: Numbers) -> Room:
    """What is missing to the next tier. Credits that a gate holds back may count any time, so they count here."""
    return Room(
        spend=_missing(programme, standing, Track.SPEND, counted.spend),
        engagement=_missing(programme, standing, Track.ENGAGEMENT, counted.engagement + counted.held_back),
    )


def _missing(programme: Programme, standing: Standing, track: Track, value: int) -> int:
    above = programme.ladder[programme.rank(standing.earned) + 1 :]
    return min((needed - value for tier in above if (needed := tier.needed(track)) is not None), default=LARGEST)
