"""The problems of members, as the graph shows them."""

from datetime import datetime

import strawberry

from community.members import errors
from schema.errors import Problem, problem


@problem(errors.HandleTaken)
class HandleTaken(Problem):
    handle: str = strawberry.field(description="The handle that somebody has.")


@problem(errors.InvalidHandle)
class InvalidHandle(Problem):
    handle: str = strawberry.field(description="The handle that was asked for.")


@problem(errors.InvalidDisplayName)
class InvalidDisplayName(Problem):
    max_length: int = strawberry.field(description="How many characters a name may have.")


@problem(errors.BioTooLong)
class BioTooLong(Problem):
    max_length: int = strawberry.field(description="How many characters a bio may have.")
    length: int = strawberry.field(description="How many this one has.")


@problem(errors.InvalidBirthday)
class InvalidBirthday(Problem):
    pass


@problem(errors.UnknownTimeZone)
class UnknownTimeZone(Problem):
    time_zone: str = strawberry.field(description="The name that was given.")


@problem(errors.UnknownLocale)
class UnknownLocale(Problem):
    locale: str = strawberry.field(description="The language that was asked for.")
    available: list[str] = strawberry.field(description="The languages there are.")


@problem(errors.TimeZoneChangedRecently)
class TimeZoneChangedRecently(Problem):
    changeable_at: datetime = strawberry.field(description="When the time zone may change again.")


@problem(errors.InvalidConsentSource)
class InvalidConsentSource(Problem):
    max_length: int = strawberry.field(description="How many characters a source may have.")


@problem(errors.CannotTargetSelf)
class CannotTargetSelf(Problem):
    pass


@problem(errors.MemberBlocksYou)
class MemberBlocksYou(Problem):
    pass


@problem(errors.MayNotPost)
class MayNotPost(Problem):
    reason: str = strawberry.field(description="Why, in the words of the staff.")
    until: datetime | None = strawberry.field(description="When it ends; null when no end was set.")


@problem(errors.MayNotSpend)
class MayNotSpend(Problem):
    reason: str = strawberry.field(description="Why, in the words of the staff.")
    until: datetime | None = strawberry.field(description="When it ends; null when no end was set.")


@problem(errors.InvalidRestriction)
class InvalidRestriction(Problem):
    pass


@problem(errors.InvalidLabel)
class InvalidLabel(Problem):
    max_length: int = strawberry.field(description="How many characters a label may have.")
