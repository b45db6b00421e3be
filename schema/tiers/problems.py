"""The problems of tiers, as the graph shows them."""

import strawberry

from community.tiers import errors
from community.tiers.rules.programme import Flaw
from schema.errors import Problem, problem
from schema.tiers import enums as enums


@problem(errors.UnknownTier)
class UnknownTier(Problem):
    tier: str = strawberry.field(description="The key that was given.")
    known: list[str] = strawberry.field(description="The keys there are.")


@problem(errors.InvalidTierLock)
class InvalidTierLock(Problem):
    pass


@problem(errors.InvalidTierProgramme)
class InvalidTierProgramme(Problem):
    flaw: Flaw = strawberry.field(description="What is wrong with them.")


@problem(errors.TierProgrammeStartsTooEarly)
class TierProgrammeStartsTooEarly(Problem):
    pass
