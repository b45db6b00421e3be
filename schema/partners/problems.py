"""What partners and staff are refused, as the graph says it."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.partners import errors
from schema.errors import Problem, problem
from schema.scalars import Long


@problem(errors.InvalidPartner)
class InvalidPartner(Problem):
    field: str = strawberry.field(description="The field that cannot be used.")


@problem(errors.PartnerNotActive)
class PartnerNotActive(Problem):
    status: str = strawberry.field(description="How the partner stands.")


@problem(errors.ScopeNotForPartners)
class ScopeNotForPartners(Problem):
    pass


@problem(errors.PlanStartsInThePast)
class PlanStartsInThePast(Problem):
    pass


@problem(errors.InvalidConversion)
class InvalidConversion(Problem):
    field: str = strawberry.field(description="The field that cannot be used.")


@problem(errors.InvalidConversionAmount)
class InvalidConversionAmount(Problem):
    largest: Long = strawberry.field(description="The most minor units.")


@problem(errors.ConversionCurrencyNotAccepted)
class ConversionCurrencyNotAccepted(Problem):
    currency: str = strawberry.field(description="The currency of the report.")
    accepted: str = strawberry.field(description="The programme's currency.")


@problem(errors.ConversionDiffers)
class ConversionDiffers(Problem):
    external_id: str = strawberry.field(description="The id under which another conversion was reported.")


@problem(errors.ConversionInTheFuture)
class ConversionInTheFuture(Problem):
    occurred_at: datetime = strawberry.field(description="When it is said to have happened.")


@problem(errors.ConversionTooLate)
class ConversionTooLate(Problem):
    window_days: int = strawberry.field(description="So many days after it happened it can be reported.")


@problem(errors.ClickNotYours)
class ClickNotYours(Problem):
    pass


@problem(errors.ClickExpired)
class ClickExpired(Problem):
    window_days: int = strawberry.field(description="So many days a click counts, by the programme of that time.")


@problem(errors.ClickCounted)
class ClickCounted(Problem):
    pass


@problem(errors.ConversionSettled)
class ConversionSettled(Problem):
    pass


@problem(errors.NothingToPay)
class NothingToPay(Problem):
    approved: Long = strawberry.field(description="What the approved lines come to, in minor units.")


@problem(errors.StatementSettled)
class StatementSettled(Problem):
    status: str = strawberry.field(description="How far the statement has come.")


@problem(errors.InvalidPaymentReference)
class InvalidPaymentReference(Problem):
    max_length: int = strawberry.field(description="The most characters.")


ConversionProblem = Annotated[
    InvalidConversion
    | InvalidConversionAmount
    | ConversionCurrencyNotAccepted
    | ConversionDiffers
    | ConversionInTheFuture
    | ConversionTooLate
    | ClickNotYours
    | ClickExpired
    | ClickCounted,
    strawberry.union("ConversionProblem", description="Why a conversion was not recorded."),
]
