"""What a profile may say and when it may change. Values in, decision out."""

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import available_timezones

from community.kernel.text import fold, has_invisible, is_blank

HANDLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,29}")
RESERVED_HANDLES = frozenset({
    "admin", "administrator", "all", "everyone", "here", "hourglass", "moderator", "null", "official", "root", "staff",
    "support", "system", "undefined",
})  # fmt: skip
DISPLAY_NAME_MAX = 50
BIO_MAX = 500
REASON_MAX = 500
SOURCE_MAX = 64
OLDEST_YEARS = 130
TIME_ZONE_COOLDOWN = timedelta(days=30)

EMOJI_JOINER = "\u200d"
"""Zero-width joiner: invisible by itself, and part of family and profession emoji."""


class Ability(StrEnum):
    """What a member can do as long as nobody restricts it."""

    EARN = "earn"
    SPEND = "spend"
    POST = "post"


class Purpose(StrEnum):
    """What a member is asked to allow."""

    MARKETING = "marketing"
    PROFILING = "profiling"
    RESEARCH = "research"
    REPUBLISHING = "republishing"


class Channel(StrEnum):
    """Where it would reach them."""

    EMAIL = "email"
    PUSH = "push"
    SMS = "sms"
    CHAT = "chat"
    ANY = "any"


def is_handle(handle: str) -> bool:
    """Whether it can be written after an @ and is not one of ours."""
    return HANDLE.fullmatch(handle) is not None and fold(handle) not in RESERVED_HANDLES


def is_display_name(name: str) -> bool:
    """Whether people can see it: 1 to 50 characters, none invisible but the joiner inside an emoji."""
    return (
        0 < len(name) <= DISPLAY_NAME_MAX
        and name == name.strip()
        and not is_blank(name)
        and not has_invisible(name, allowed=EMOJI_JOINER)
    )


def is_time_zone(name: str) -> bool:
    """Whether the IANA database knows this zone by this spelling."""
    return name in _time_zones()


def is_birthday(day: date, today: date) -> bool:
    """Whether somebody alive can have been born that day."""
    return date(today.year - OLDEST_YEARS, 1, 1) <= day < today


def time_zone_changeable_at(changed_at: datetime | None) -> datetime | None:
    """When the zone may change next; None when it never changed since joining, so it may at once."""
    return changed_at + TIME_ZONE_COOLDOWN if changed_at else None


def is_restriction(reason: str, ends_at: datetime | None, now: datetime) -> bool:
    """Whether a restriction says why and, if it ends, ends later than now."""
    return not is_blank(reason) and len(reason) <= REASON_MAX and (ends_at is None or ends_at > now)


def is_consent_source(source: str) -> bool:
    """Whether it names a place: 1 to 64 visible characters."""
    return len(source) <= SOURCE_MAX and not is_blank(source) and not has_invisible(source)


@cache
def _time_zones() -> frozenset[str]:
    """The names the IANA database knows, which takes a tenth of a second to read."""
    return frozenset(available_timezones())
