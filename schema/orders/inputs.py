"""Orders and refunds as shops and tills describe them."""

from collections import Counter
from datetime import datetime

import strawberry

from community.kernel.errors import BadInput
from community.orders.rules.drafts import Draft, Line
from schema.members.types import Member
from schema.nodes import decode_id
from schema.scalars import Long


@strawberry.input(description="So many of one thing.")
class OrderLineInput:
    """A line of an order."""

    sku: str = strawberry.field(description="The stock keeping unit: 1 to 64 of the printable ASCII without spaces.")
    name: str = strawberry.field(description="What people call it, 1 to 200 characters.")
    quantity: int = strawberry.field(description="How many: 1 to 10^6.")
    unit_amount: Long = strawberry.field(description="What each costs, in minor units: 0 to 10^12 for all of them.")


@strawberry.input(description="What a member bought.")
class OrderInput:
    """One order."""

    member_id: strawberry.ID = strawberry.field(description="Who bought it.")
    source: str = strawberry.field(
        description="Where: a name such as shop or till-3, 1 to 24 of a-z, 0-9, - and _, a letter first."
    )
    external_id: str = strawberry.field(
        description="Your own id of it, 1 to 100 characters: within a source, the same id again is recorded once."
    )
    currency: str = strawberry.field(description="The ISO 4217 code of its currency: the programme's.")
    lines: list[OrderLineInput] = strawberry.field(description="What was bought, 1 to 100 lines.")
    discount: Long = strawberry.field(default=Long(0), description="What was taken off the sum of the lines.")
    placed_at: datetime = strawberry.field(description="When it was placed: since 1970, and not in the future.")

    @property
    def draft(self) -> Draft:
        """The order as the domain takes it. Raises InvalidId."""
        return Draft(
            member_id=decode_id(self.member_id, Member, "memberId"),
            source=self.source,
            external_id=self.external_id,
            currency=self.currency,
            lines=tuple(
                Line(sku=line.sku, name=line.name, quantity=line.quantity, unit_amount=line.unit_amount)
                for line in self.lines
            ),
            discount=self.discount,
            placed_at=self.placed_at,
        )


@strawberry.input(description="An order to be recorded.")
class RecordOrderInput:
    """One."""

    order: OrderInput = strawberry.field(description="The order.")


@strawberry.input(description="Orders to be recorded.")
class RecordOrdersInput:
    """Several at once."""

    orders: list[OrderInput] = strawberry.field(description="The orders, in the order they were placed.")


@strawberry.input(description="How many of a line come back.")
class ReturnInput:
    """A part of a line, or all of it."""

    position: int = strawberry.field(description="The place of the line in the order, from 1.")
    quantity: int = strawberry.field(description="How many of it.")


@strawberry.input(description="Money that goes back: an amount, or lines, or, with neither, all that is left.")
class RefundOrderInput:
    """A refund."""

    order_id: strawberry.ID = strawberry.field(description="The order.")
    amount: Long | None = strawberry.field(
        default=None, description="How much, in minor units; without it and without `returns`, all that is left."
    )
    currency: str | None = strawberry.field(
        default=None, description="The currency of the amount, to be sure: it has to be the order's."
    )
    returns: list[ReturnInput] | None = strawberry.field(
        default=None, description="What comes back: their share in what was paid is refunded."
    )
    reason: str = strawberry.field(description="Why, 1 to 500 characters.")
    idempotency_key: str = strawberry.field(
        description="A key of your choice; the same key again gives the first result and changes nothing."
    )

    @property
    def quantities(self) -> dict[int, int]:
        """What comes back, by the positions of lines."""
        if self.returns == []:
            raise BadInput("returns", "Name what comes back, or leave this out.")
        found: Counter[int] = Counter()
        for each in self.returns or []:
            found[each.position] += each.quantity
        return dict(found)
