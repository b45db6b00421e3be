"""The problems of engagement, as the graph shows them."""

from typing import Annotated

import strawberry

from community.engagement import errors
from community.engagement.rules.programme import Flaw
from schema.engagement import programmes as programmes
from schema.errors import Problem, problem


@problem(errors.UnknownMember)
class UnknownMember(Problem):
    member_id: str = strawberry.field(description="The id that belongs to nobody.")


@problem(errors.InvalidActivity)
class InvalidActivity(Problem):
    field: str = strawberry.field(description="The field that cannot be used.")


@problem(errors.ExternalIdReused)
class ExternalIdReused(Problem):
    external_id: str = strawberry.field(description="The id that another activity was reported under.")


@problem(errors.InvalidEarningRules)
class InvalidEarningRules(Problem):
    flaw: Flaw = strawberry.field(description="What is wrong with them.")
    rule: str | None = strawberry.field(description="The code of the first rule that has it; null if it is of none.")


@problem(errors.EarningRulesStartTooEarly)
class EarningRulesStartTooEarly(Problem):
    pass


ActivityProblem = Annotated[
    UnknownMember | InvalidActivity | ExternalIdReused,
    strawberry.union("ActivityProblem", description="Why an activity was not recorded."),
]
