"""The time that counts: for going up, and for keeping what a member has."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from community.tiers.rules.programme import PeriodKind, Programme

INSTANT = timedelta(microseconds=1)
"""The shortest time that is kept."""

SKEW = timedelta(minutes=5)
"""How far ahead another's clock may be. What they counted while we waited for our turn counts for us, too."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` to before `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """What turns instants into periods: the programme's zone, and when the member joined."""

    zone: ZoneInfo
    joined_at: datetime | None = None


def counting(programme: Programme, now: datetime, calendar: Calendar) -> Window:
    """What counts for going up at `now`, which is within."""
    if programme.period is PeriodKind.ROLLING:
        return Window(add_months(now, -programme.months, calendar.zone) + INSTANT, now + SKEW)
    return Window(period_at(programme, now, calendar).since, now + SKEW)


def period_at(programme: Programme, instant: datetime, calendar: Calendar) -> Window:
    """The period in which somebody has to keep a tier that they have from `instant` on.

    A rolling one begins just after, so that what led to the tier does not also keep it.
    """
    if programme.period is PeriodKind.ROLLING:
        return Window(instant + INSTANT, add_months(instant, programme.months, calendar.zone) + INSTANT)
    first = _first_year_begins(programme, instant, calendar)
    years = instant.astimezone(calendar.zone).year - first.astimezone(calendar.zone).year
    begins = add_months(first, 12 * years, calendar.zone)
    if begins > instant:
        years -= 1
        begins = add_months(first, 12 * years, calendar.zone)
    return Window(begins, add_months(first, 12 * (years + 1), calendar.zone))


def period_after(programme: Programme, ended: Window, calendar: Calendar) -> Window:
    """The period that follows without a gap."""
    if programme.period is PeriodKind.ROLLING:
        return Window(ended.until, add_months(ended.until, programme.months, calendar.zone))
    return period_at(programme, ended.until, calendar)


def add_months(instant: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same day and time of another month in the zone; its last day where it has no such day."""
    local = instant.astimezone(zone)
    month = local.year * 12 + local.month - 1 + months
    year, month = month // 12, month % 12 + 1
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(instant.tzinfo)


def _first_year_begins(programme: Programme, instant: datetime, calendar: Calendar) -> datetime:
    if programme.period is PeriodKind.ANNIVERSARY and calendar.joined_at is not None:
        local = calendar.joined_at.astimezone(calendar.zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(instant.tzinfo)
    return datetime(instant.astimezone(calendar.zone).year, 1, 1, tzinfo=calendar.zone).astimezone(instant.tzinfo)
