"""What partners earn: versions of their plans."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.partners import service as partners
from community.partners.rules.plans import Terms
from schema.context import Info
from schema.nodes import decode_id
from schema.partners.problems import InvalidPartner, PlanStartsInThePast
from schema.partners.types import CommissionPlan, Partner
from schema.scalars import Long


@strawberry.input(description="What a plan shall say.")
class CommissionPlanInput:
    """A version of a plan."""

    per_sign_up: Long = strawberry.field(
        default=Long(0), description="For each friend who qualifies, 0 to 10^9 minor units."
    )
    basis_points: int = strawberry.field(
        default=0, description="Of what friends buy and of conversions, 0 to 10,000; rounded down to the minor unit."
    )
    recurring_months: int = strawberry.field(
        default=0,
        description="So many months, 0 to 120, from the order by which a friend qualified all count; 0: that one.",
    )
    hold_days: int = strawberry.field(default=30, description="So long a commission is held, 0 to 365 days.")
    starts_at: datetime | None = strawberry.field(
        default=None, description="When it begins, not in the past; at once without it, as the first one has to."
    )

    @property
    def terms(self) -> Terms:
        return Terms(
            per_sign_up=self.per_sign_up,
            basis_points=self.basis_points,
            recurring_months=self.recurring_months,
            hold_days=self.hold_days,
            starts_at=self.starts_at,
        )


@strawberry.input(description="What a partner earns from now on, or later.")
class PublishCommissionPlanInput:
    """Another version of a plan."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    plan: CommissionPlanInput = strawberry.field(description="The plan. Friends keep the one under which they joined.")


@strawberry.type(description="The plan is published.")
class PublishCommissionPlanPayload:
    """The plan is published."""

    plan: CommissionPlan = strawberry.field(description="The plan.")


PublishCommissionPlanResult = Annotated[
    PublishCommissionPlanPayload | InvalidPartner | PlanStartsInThePast,
    strawberry.union("PublishCommissionPlanResult", description="The plan, or why not."),
]


@strawberry.type
class Plans:
    """What partners earn."""

    @strawberry.mutation(description="Staff: give a partner another plan. Needs partners.manage.")
    async def publish_commission_plan(
        self, info: Info, input: PublishCommissionPlanInput
    ) -> PublishCommissionPlanResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        plan = await partners.publish_plan(info.context.actor, partner_id, input.plan.terms)
        return PublishCommissionPlanPayload(plan=CommissionPlan.of(plan))
