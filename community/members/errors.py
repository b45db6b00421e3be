"""What can be refused to a member."""

from dataclasses import dataclass
from datetime import datetime

from community.kernel.errors import Problem


@dataclass
class HandleTaken(Problem):
    """Somebody has this handle."""

    handle: str
    message = "The handle {handle} is taken. Choose another."


@dataclass
class InvalidHandle(Problem):
    """The handle cannot be written after an @."""

    handle: str
    message = "A handle has 3 to 30 letters a-z, digits or underscores and begins with a letter."


@dataclass
class InvalidExternalId(Problem):
    """Another system cannot call a member so."""

    external_id: str
    max_length: int
    message = "An external id has 1 to {max_length} visible characters."


@dataclass
class ExternalIdTaken(Problem):
    """Another system calls somebody else so."""

    external_id: str
    message = "Another member is known as {external_id} already."


@dataclass
class InvalidDisplayName(Problem):
    """The name is empty, too long, or holds characters that cannot be seen."""

    max_length: int
    message = "A display name has 1 to {max_length} visible characters."


@dataclass
class BioTooLong(Problem):
    """The text about oneself is too long."""

    max_length: int
    length: int
    message = "A bio has at most {max_length} characters; this one has {length}."


@dataclass
class InvalidBirthday(Problem):
    """The day lies in the future or too far in the past."""

    message = "A birthday lies in the past, within the last 130 years."


@dataclass
class UnknownTimeZone(Problem):
    """No such zone in the IANA database."""

    time_zone: str
    message = "There is no time zone {time_zone}. Use an IANA name such as Asia/Taipei."


@dataclass
class UnknownLocale(Problem):
    """A language that this server does not speak."""

    locale: str
    available: list[str]
    message = "The language {locale} is not available. Choose one of: {available}."


@dataclass
class TimeZoneChangedRecently(Problem):
    """The zone decides when a member's day begins, so it cannot change often."""

    changeable_at: datetime
    message = "The time zone can be changed again at {changeable_at}."


@dataclass
class InvalidConsentSource(Problem):
    """Nobody could tell later where the member answered."""

    max_length: int
    message = "Name where the member was asked, in 1 to {max_length} characters."


@dataclass
class CannotTargetSelf(Problem):
    """Following and blocking need somebody else."""

    message = "You cannot do this to yourself."


@dataclass
class MemberBlocksYou(Problem):
    """One of the two blocked the other."""

    message = "This is not possible while one of you blocks the other."


@dataclass
class MayNot(Problem):
    """The ability was taken from this member. `until` is null when no end was set."""

    ability: str
    reason: str
    until: datetime | None
    code = "MAY_NOT"
    message = "You may not {ability} at present: {reason}"


@dataclass
class MayNotPost(MayNot):
    """The member may not write."""

    message = "You may not post at present: {reason}"


@dataclass
class MayNotEarn(MayNot):
    """The member may not earn points."""

    message = "You may not earn points at present: {reason}"


@dataclass
class MayNotSpend(MayNot):
    """The member may not spend points."""

    message = "You may not spend points at present: {reason}"


@dataclass
class InvalidRestriction(Problem):
    """A restriction ends, if it does, in the future."""

    message = "The end of the restriction is over already. Set one in the future, or none."


@dataclass
class InvalidLabel(Problem):
    """A label is no such word."""

    max_length: int
    message = "A label has 1 to {max_length} small letters and digits, with single - or _ between them."
