"""The problems of orders, as the graph shows them."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.orders import errors
from schema.errors import Problem, problem
from schema.members.problems import CannotTargetSelf
from schema.scalars import Long


@problem(errors.InvalidOrder)
class InvalidOrder(Problem):
    field: str = strawberry.field(description="The field that cannot be used.")


@problem(errors.InvalidOrderAmount)
class InvalidOrderAmount(Problem):
    largest: Long = strawberry.field(description="The most that an order comes to, in minor units.")


@problem(errors.CurrencyNotAccepted)
class CurrencyNotAccepted(Problem):
    currency: str = strawberry.field(description="The currency that was given.")
    accepted: str = strawberry.field(description="The one that is accepted here.")


@problem(errors.PlacedInTheFuture)
class PlacedInTheFuture(Problem):
    placed_at: datetime = strawberry.field(description="When it says that it was placed.")


@problem(errors.UnknownCustomer)
class UnknownCustomer(Problem):
    member_id: str = strawberry.field(description="The id that belongs to nobody.")


@problem(errors.OrderDiffers)
class OrderDiffers(Problem):
    external_id: str = strawberry.field(description="The id that another order was recorded under.")


@problem(errors.InvalidRefundAmount)
class InvalidRefundAmount(Problem):
    left: Long = strawberry.field(description="What can still be refunded, in minor units.")


@problem(errors.RefundTooLarge)
class RefundTooLarge(Problem):
    asked: Long = strawberry.field(description="What was asked for, in minor units.")
    left: Long = strawberry.field(description="What can still be refunded, in minor units.")


@problem(errors.InvalidReturn)
class InvalidReturn(Problem):
    position: int = strawberry.field(description="The line.")
    returnable: int = strawberry.field(description="How many of it can still come back.")


OrderProblem = Annotated[
    InvalidOrder
    | InvalidOrderAmount
    | CurrencyNotAccepted
    | PlacedInTheFuture
    | UnknownCustomer
    | OrderDiffers
    | CannotTargetSelf,
    strawberry.union("OrderProblem", description="Why an order was not recorded."),
]
