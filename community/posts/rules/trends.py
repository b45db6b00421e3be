"""What trends: hashtags that more members take up than usual, and not those that many always use.

The members who take a hashtag up are counted, each once an hour. What is expected in an hour or a day is the average
over the LOOK_BACK periods before. The score tells how far above that it is, in deviations of a Poisson process:
(now - expected) / √(expected + 1). The 1 keeps a hashtag that is new from trending because of two people.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt

LEAST = 3
"""A hashtag trends when at least so many take it up, …"""

LEAST_SCORE = 2.0
"""… and it is at least so far above what is expected."""


class Period(StrEnum):
    """How long a trend is looked at, and how long a step of a history is."""

    HOUR = "hour"
    DAY = "day"

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return timedelta(hours=1) if self is Period.HOUR else timedelta(days=1)


LOOK_BACK = {Period.HOUR: 168, Period.DAY: 28}
"""How many periods before tell what is usual: a week of hours, four weeks of days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How much a hashtag is used now, and how much was to be expected."""

    current: int
    expected: float

    @property
    def score(self) -> float:
        """How unusual that is."""
        return (self.current - self.expected) / sqrt(self.expected + 1)

    @property
    def is_one(self) -> bool:
        """Whether it is enough to speak of."""
        return self.current >= LEAST and self.score >= LEAST_SCORE


def hour_of(instant: datetime) -> datetime:
    """The full hour in which an instant is."""
    return instant.replace(minute=0, second=0, microsecond=0)
