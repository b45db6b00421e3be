"""The problems of campaigns, as the graph shows them."""

import strawberry

from community.campaigns import errors
from community.campaigns.rules.plan import Flaw
from community.campaigns.rules.states import Harm, State
from schema.campaigns import enums as enums
from schema.errors import Problem, problem
from schema.scalars import Long


@problem(errors.InvalidCampaign)
class InvalidCampaign(Problem):
    flaw: Flaw = strawberry.field(description="Which part, and what it should be.")


@problem(errors.CampaignSlugTaken)
class CampaignSlugTaken(Problem):
    slug: str = strawberry.field(description="The slug that another campaign has.")


@problem(errors.EntrantsHarmed)
class EntrantsHarmed(Problem):
    harm: Harm = strawberry.field(description="What has to stay.")


@problem(errors.CampaignInState)
class CampaignInState(Problem):
    state: State = strawberry.field(description="Where the campaign stands.")


@problem(errors.WindowPassed)
class WindowPassed(Problem):
    pass


@problem(errors.BudgetExhausted)
class BudgetExhausted(Problem):
    left: Long = strawberry.field(description="How many points are left.")
    needed: Long = strawberry.field(description="How many an entry costs.")


@problem(errors.EntryNotReviewable)
class EntryNotReviewable(Problem):
    pass


@problem(errors.NothingToDraw)
class NothingToDraw(Problem):
    pass


@problem(errors.ListNotSealed)
class ListNotSealed(Problem):
    pending: int = strawberry.field(description="How many entries wait for staff.")


@problem(errors.BeaconNeeded)
class BeaconNeeded(Problem):
    beacon: str = strawberry.field(description="What public number it is.")
