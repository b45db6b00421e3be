"""What partners earn."""

from datetime import datetime

import strawberry

from community.partners.rules.plans import Plan
from schema.scalars import Long
from schema.views import Shown, shows


@shows
@strawberry.type(description="What a partner earns, by a version of its plan.")
class CommissionPlan(Shown[Plan]):
    """A version."""

    version: int = strawberry.field(description="The first, the second and so on.")
    starts_at: datetime = strawberry.field(description="Since when it is in force.")
    per_sign_up: Long = strawberry.field(description="For each friend who qualified, in minor units.")
    basis_points: int = strawberry.field(
        description="Of what friends buy and of conversions: 10,000 are all of it; rounded down to the minor unit."
    )
    recurring_months: int = strawberry.field(
        description="So many months from the order by which a friend qualified all orders count; 0: that one alone."
    )
    hold_days: int = strawberry.field(description="So long a commission is held before it is approved.")
