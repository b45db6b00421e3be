"""The problems of referrals, as the graph shows them."""

import strawberry

from community.referrals import errors
from schema.errors import Problem, problem


@problem(errors.InvalidReferralCode)
class InvalidReferralCode(Problem):
    wanted: str = strawberry.field(description="The code that was asked for.")


@problem(errors.ReferralCodeTaken)
class ReferralCodeTaken(Problem):
    wanted: str = strawberry.field(description="The code that was asked for.")


@problem(errors.TargetNotAllowed)
class TargetNotAllowed(Problem):
    target: str = strawberry.field(description="Where the link should have led.")


@problem(errors.InvalidLink)
class InvalidLink(Problem):
    field: str = strawberry.field(description="What cannot be used.")


@problem(errors.TooManyLinks)
class TooManyLinks(Problem):
    max_count: int = strawberry.field(description="How many open links you may have.")


@problem(errors.DefaultLinkStays)
class DefaultLinkStays(Problem):
    pass


@problem(errors.ReferralDecided)
class ReferralDecided(Problem):
    stage: str = strawberry.field(description="What it is.")


@problem(errors.OwnReferral)
class OwnReferral(Problem):
    pass


@problem(errors.InvalidReferralProgramme)
class InvalidReferralProgramme(Problem):
    flaw: str = strawberry.field(description="The name of what cannot be used.")


@problem(errors.ReferralProgrammeStartsInThePast)
class ReferralProgrammeStartsInThePast(Problem):
    pass
