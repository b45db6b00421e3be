"""What a profile may say and when it may change. Values in, decision out."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Self
from uuid import UUID
from zoneinfo import available_timezones

from community.kernel.text import fold, has_invisible, is_blank

HANDLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,29}")
RESERVED_HANDLES = frozenset({
    "admin", "administrator", "all", "everyone", "here", "hourglass", "moderator", "null", "official", "root", "staff",
    "support", "system", "undefined",
})  # fmt: skip
DISPLAY_NAME_MAX = 50
BIO_MAX = 500
EXTERNAL_ID_MAX = 64
LABEL = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
LABEL_MAX = 40
SOURCE_MAX = 64
OLDEST_YEARS = 130
SOURCE_WORD_MAX = 100
CLICKS_MAX = 20
CLICK_ID = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)
SOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How somebody came, as their app tells it: click ids that a link handed over, a code they typed, where they read
    of it. `signed_in_as` is who was signed in on the device, as far as the server knows."""

    click_id: str | None = None
    earlier_click_ids: tuple[str, ...] = ()
    code: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None
    signed_in_as: UUID | None = None

    @property
    def name(self) -> str | None:
        """What to count them under."""
        return self.source or ("link" if self.click_id else "code" if self.code else None)

    def readable(self) -> "Source":
        """The same without what cannot be kept. A mangled link is no reason to turn somebody away."""
        words = {name: _readable(getattr(self, name)) for name in ("medium", "term", "content", "code")}
        names = {name: _name(getattr(self, name)) for name in ("source", "campaign")}
        return Source(
            click_id=_click_id(self.click_id),
            earlier_click_ids=tuple(filter(None, map(_click_id, self.earlier_click_ids[:CLICKS_MAX]))),
            signed_in_as=self.signed_in_as,
            **words,
            **names,
        )

    def as_json(self) -> dict[str, Any] | None:
        """What it says as JSON scalars, as it is kept; None for nothing."""
        said = {name: value for name, value in asdict(self).items() if value}
        if self.signed_in_as:
            said["signed_in_as"] = str(self.signed_in_as)
        return said or None

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """The source again, from what `as_json` gave."""
        signed_in_as = UUID(kept["signed_in_as"]) if "signed_in_as" in kept else None
        clicks = tuple(kept.get("earlier_click_ids", ()))
        return cls(**{**kept, "earlier_click_ids": clicks, "signed_in_as": signed_in_as})


def is_handle(handle: str) -> bool:
    """Whether it can be written after an @ and is not one of ours."""
    return HANDLE.fullmatch(handle) is not None and fold(handle) not in RESERVED_HANDLES


def is_external_id(external_id: str) -> bool:
    """Whether another system can call a member so: 1 to 64 visible characters."""
    return (
        len(external_id) <= EXTERNAL_ID_MAX
        and external_id == external_id.strip()
        and not is_blank(external_id)
        and not has_invisible(external_id)
    )


def handle_of(member_id: UUID) -> str:
    """A handle for who has not chosen one. It tells nothing about them."""
    return f"member_{member_id.hex[-12:]}"


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


def is_consent_source(source: str) -> bool:
    """Whether it names a place: 1 to 64 visible characters."""
    return len(source) <= SOURCE_MAX and not is_blank(source) and not has_invisible(source)


def _readable(word: str | None) -> str | None:
    """A word as it is kept: visible characters, not too many."""
    if word is None or is_blank(word) or has_invisible(word):
        return None
    return word.strip()[:SOURCE_WORD_MAX]


def _name(word: str | None) -> str | None:
    """A word that facts may carry: a short name in lower case, nothing that could be somebody's address."""
    folded = fold(word).strip().replace(" ", "-") if word else ""
    return folded if SOURCE_NAME.fullmatch(folded) else None


def _click_id(click_id: str | None) -> str | None:
    return click_id if click_id and CLICK_ID.fullmatch(click_id) else None


@cache
def _time_zones() -> frozenset[str]:
    """The names the IANA database knows, which takes a tenth of a second to read."""
    return frozenset(available_timezones())


def is_label(label: str) -> bool:
    """Whether staff can mark members with this word."""
    return len(label) <= LABEL_MAX and LABEL.fullmatch(label) is not None
