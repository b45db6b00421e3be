"""What orders can refuse."""

from dataclasses import dataclass
from datetime import datetime

from community.kernel.errors import Problem


@dataclass
class InvalidOrder(Problem):
    """A field of the order cannot be used."""

    field: str
    message = "{field} cannot be used. See the description of the field."


@dataclass
class InvalidOrderAmount(Problem):
    """What is left to pay is below zero, or more than can be counted."""

    largest: int
    message = "An order amounts to 0 to {largest} minor units, after its discount."


@dataclass
class CurrencyNotAccepted(Problem):
    """The programme counts one currency."""

    currency: str
    accepted: str
    message = "Amounts are in {accepted}, not in {currency}."


@dataclass
class PlacedInTheFuture(Problem):
    """An order is recorded after it was placed."""

    placed_at: datetime
    message = "This order is from the future: {placed_at}. Check the clock and the time zone of its source."


@dataclass
class UnknownCustomer(Problem):
    """No member has this id."""

    member_id: str
    message = "There is no member {member_id} who could have placed the order."


@dataclass
class OrderDiffers(Problem):
    """Another order was recorded under the same external id. Nothing was recorded this time."""

    external_id: str
    message = "Another order was recorded as {external_id}: for another member, amount or lines. Give each its own id."


@dataclass
class InvalidRefundAmount(Problem):
    """Zero or below, or not both an amount and lines."""

    left: int
    message = "A refund is an amount of 1 to {left} minor units, or lines of the order, or all that is left."


@dataclass
class RefundTooLarge(Problem):
    """More would go back than was paid and has not gone back yet."""

    asked: int
    left: int
    message = "{asked} cannot be refunded: {left} of this order are left."


@dataclass
class InvalidReturn(Problem):
    """A line that the order has not, or more of it than was bought and has not come back yet."""

    position: int
    returnable: int
    message = "Of line {position} of this order, {returnable} can be returned."
