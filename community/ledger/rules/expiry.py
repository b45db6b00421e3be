"""When points expire: so many months after they became active, rounded up to the end of that month."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a lot lives once it is active: whole months, until a fixed instant, or (neither) for ever."""

    months: int | None = None
    until: datetime | None = None


FOR_EVER = Lifetime()

GIVEN_BACK = Lifetime(months=1)
"""What a cancelled spend gives back to a lot that has expired meanwhile. Shorter than a new life, so that nobody
spends and cancels to keep points alive; long enough to use them."""


def expires_at(lifetime: Lifetime, activated_at: datetime, time_zone: str) -> datetime | None:
    """The first instant at which the lot is no more: midnight after the last day of a month in the programme's zone."""
    if lifetime.months is None:
        return lifetime.until
    local = activated_at.astimezone(ZoneInfo(time_zone))
    month = local.year * 12 + local.month + lifetime.months
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(time_zone)).astimezone(activated_at.tzinfo)
