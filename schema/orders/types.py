"""Orders, their lines and refunds, as the graph shows them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from community.engagement import queries as engagement
from community.members import queries as members
from community.orders import queries as orders
from community.orders.queries import LineView, OrderView, RefundView, Status
from community.orders.rules.activities import earned_by
from schema.context import Info
from schema.enums import graph_enum
from schema.execution.levels import level
from schema.nodes import Node, each_found
from schema.prices import PRICE, Price
from schema.scalars import Long
from schema.views import Shown, shows

if TYPE_CHECKING:
    from schema.engagement.types import Effects
    from schema.members.types import Member

graph_enum(
    Status,
    "How much of an order went back.",
    {
        Status.PAID: "Nothing.",
        Status.PARTLY_REFUNDED: "Some of it.",
        Status.REFUNDED: "All of it.",
    },
    name="OrderStatus",
)


@shows
@strawberry.type(description="So many of one thing in an order.")
class OrderLine(Shown[LineView]):
    """A line."""

    position: int = strawberry.field(description="Its place in the order, from 1.")
    sku: str = strawberry.field(description="The stock keeping unit: what the shop calls it.")
    name: str = strawberry.field(description="What people call it.")
    quantity: int = strawberry.field(description="How many were bought.")
    unit_amount: Long = strawberry.field(description="What each cost before the order's discount, in minor units.")
    returned: int = strawberry.field(description="How many of them were refunded by name.")


@shows
@strawberry.type(description="Money of an order that went back.")
class OrderRefund(Shown[RefundView]):
    """A refund."""

    amount: Long = strawberry.field(description="How much, in minor units of the order's currency.")
    reason: str = strawberry.field(description="Why.")
    taken: Long = strawberry.field(description="How many points and credits went with it.")
    short: Long = strawberry.field(description="How many should have, and the member no longer had.")
    refunded_at: datetime = strawberry.field(description="When.")


@shows
@strawberry.type(description="Something that a member bought. Amounts are in minor units, such as cents.")
class Order(Node, Shown[OrderView]):
    """An order, for its member, staff who are trusted with orders, and whoever recorded it."""

    member_id: strawberry.Private[UUID]
    tier_reached: strawberry.Private[str | None]
    source: str = strawberry.field(description="Where it was placed, such as shop or till-3.")
    external_id: str = strawberry.field(description="What it is called there.")
    currency: str = strawberry.field(description="The ISO 4217 code of its currency.")
    amount: Long = strawberry.field(description="What was paid, after the discount.")
    discount: Long = strawberry.field(description="What was taken off the sum of the lines.")
    refunded: Long = strawberry.field(description="What of it went back.")
    left: Long = strawberry.field(description="What can still be refunded.")
    status: Status = strawberry.field(description="How much of it went back.")
    is_first: bool = strawberry.field(description="Whether it is the first that we know the member to have paid for.")
    placed_at: datetime = strawberry.field(description="When it was placed.")
    recorded_at: datetime = strawberry.field(description="When we came to know of it.")

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await orders.orders_by_ids(info.context.actor, ids)
        return each_found(cls.of, found, ids)

    @level(description="Who bought it.")
    async def member(
        parents: list["Order"], info: Info
    ) -> list[Annotated["Member", strawberry.lazy("schema.members.types")]]:
        from schema.members.types import Member

        ids = [order.member_id for order in parents]
        return Member.each(await members.by_ids(ids), ids)

    @level(description="What was bought.", metadata={PRICE: Price(items=3)})
    async def lines(parents: list["Order"], info: Info) -> list[list[OrderLine]]:
        found = await orders.lines_of([order.uuid for order in parents])
        return [[OrderLine.of(line) for line in found[order.uuid]] for order in parents]

    @level(description="What went back, the first refund first.", metadata={PRICE: Price(items=2)})
    async def refunds(parents: list["Order"], info: Info) -> list[list[OrderRefund]]:
        found = await orders.refunds_of([order.uuid for order in parents])
        return [[OrderRefund.of(refund) for refund in found[order.uuid]] for order in parents]

    @level(description="What it did for its member when it was recorded.")
    async def effects(
        parents: list["Order"], info: Info
    ) -> list[Annotated["Effects", strawberry.lazy("schema.engagement.types")]]:
        from schema.engagement.types import Effects

        causes = [earned_by(order.uuid) for order in parents]
        found = await engagement.effects_of_all(causes)
        return [
            Effects.of(replace(found[cause], is_repeat=False, tier_reached=order.tier_reached))
            for order, cause in zip(parents, causes, strict=True)
        ]
