"""The time a limit counts in: a day, week or month of the member's own zone, a rolling period, or for ever."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

INSTANT = timedelta(microseconds=1)
"""The shortest time that is kept."""


class Window(StrEnum):
    """How long a limit holds."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    PERIOD = "period"
    FOREVER = "forever"


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` to before `until`; None is for ever."""

    since: datetime | None
    until: datetime | None

    def holds(self, instant: datetime) -> bool:
        """Whether it happened within."""
        return (self.since is None or self.since <= instant) and (self.until is None or instant < self.until)


class Day(NamedTuple):
    """A calendar day as somebody lived it: its date, and the instants between which their clocks showed it."""

    date: date
    since: datetime
    until: datetime

    @classmethod
    def of(cls, instant: datetime, time_zone: str) -> "Day":
        """The day on which `instant` falls in that zone."""
        today = local_day(instant, time_zone)
        return cls(today, midnight(today, time_zone), midnight(today + timedelta(days=1), time_zone))

    def holds(self, instant: datetime) -> bool:
        """Whether it was that day at `instant`."""
        return self.since <= instant < self.until


def local_day(instant: datetime, time_zone: str) -> date:
    """The calendar day that `instant` falls on in the IANA zone `time_zone`."""
    return instant.astimezone(ZoneInfo(time_zone)).date()


def span_of(window: Window, at: datetime, time_zone: str, period_months: int) -> Span:
    """The window around `at`. Weeks begin on Monday (ISO 8601); a period is the months up to `at`."""
    today = local_day(at, time_zone)
    match window:
        case Window.DAY:
            first, after = today, today + timedelta(days=1)
        case Window.WEEK:
            first = today - timedelta(days=today.weekday())
            after = first + timedelta(days=7)
        case Window.MONTH:
            first = today.replace(day=1)
            after = _months_later(first, 1)
        case Window.PERIOD:
            return Span(months_later(at, -period_months, time_zone) + INSTANT, at + INSTANT)
        case Window.FOREVER:
            return Span(None, None)
    return Span(midnight(first, time_zone), midnight(after, time_zone))


def leaves_period_at(instant: datetime, period_months: int, time_zone: str) -> datetime:
    """When a rolling period has moved on past something; a day later where the month is too short for its date."""
    later = months_later(instant, period_months, time_zone)
    return later if months_later(later, -period_months, time_zone) >= instant else later + timedelta(days=1)


@lru_cache(maxsize=4_096)
def midnight(day: date, time_zone: str) -> datetime:
    """The first instant of a day. Where clocks skip midnight, that is when they skip it (PEP 495)."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(day, time(), zone).astimezone(ZoneInfo("UTC"))


def months_later(instant: datetime, months: int, time_zone: str) -> datetime:
    """The same local time so many months later or earlier, on the last day where a month is shorter."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return datetime.combine(_months_later(local.date(), months), local.timetz()).astimezone(instant.tzinfo)


def _months_later(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))
