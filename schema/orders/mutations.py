"""What shops, tills and staff do: record orders, refund them."""

from typing import Annotated

import strawberry

from community.orders import queries
from community.orders import service as orders
from community.orders.service import Answer
from schema.context import Info
from schema.engagement.types import Effects
from schema.errors import InvalidReason, UnforeseenProblem, inside
from schema.idempotency.problems import KeyProblem
from schema.members.problems import CannotTargetSelf
from schema.nodes import decode_id
from schema.orders.inputs import RecordOrderInput, RecordOrdersInput, RefundOrderInput
from schema.orders.problems import (
    CurrencyNotAccepted,
    InvalidOrder,
    InvalidOrderAmount,
    InvalidRefundAmount,
    InvalidReturn,
    OrderDiffers,
    OrderProblem,
    PlacedInTheFuture,
    RefundTooLarge,
    UnknownCustomer,
)
from schema.orders.types import Order, OrderRefund
from schema.prices import PRICE, Price


@strawberry.type(description="The order is recorded.")
class RecordOrderPayload:
    """The order and what it did."""

    order: Order = strawberry.field(description="The order.")
    effects: Effects = strawberry.field(description="What it did for the member, or what it did the first time.")


RecordOrderResult = Annotated[
    RecordOrderPayload
    | InvalidOrder
    | InvalidOrderAmount
    | CurrencyNotAccepted
    | PlacedInTheFuture
    | UnknownCustomer
    | OrderDiffers
    | CannotTargetSelf,
    strawberry.union("RecordOrderResult", description="The recorded order, or why not."),
]


@strawberry.type(description="What became of one order.")
class OrderAnswer:
    """The order with its effects, or its problem."""

    external_id: str = strawberry.field(description="Your id of it.")
    order: Order | None = strawberry.field(description="The order; null when it was not recorded.")
    effects: Effects | None = strawberry.field(description="What it did for the member; null when it was not recorded.")
    problem: OrderProblem | None = strawberry.field(description="Why it was not recorded; null when it was.")

    @classmethod
    def of(cls, answer: Answer, info: Info) -> "OrderAnswer":
        return cls(
            external_id=answer.external_id,
            order=Order.of(answer.recorded.order) if answer.recorded else None,
            effects=Effects.of(answer.recorded.effects) if answer.recorded else None,
            problem=inside(answer.problem, info) if answer.problem else None,
        )


@strawberry.type(description="The orders were looked at, each by itself.")
class RecordOrdersPayload:
    """An answer for each."""

    answers: list[OrderAnswer] = strawberry.field(
        description="What became of each order, in their order.", metadata={PRICE: Price(items=10)}
    )


RecordOrdersResult = Annotated[
    RecordOrdersPayload | UnforeseenProblem,
    strawberry.union("RecordOrdersResult", description="What became of each order."),
]


@strawberry.type(description="The money is back.")
class RefundOrderPayload:
    """The order as it is now, and the refund."""

    order: Order = strawberry.field(description="The order, after the refund.")
    refund: OrderRefund = strawberry.field(description="What went back, and what went with it.")


RefundOrderResult = Annotated[
    RefundOrderPayload
    | CurrencyNotAccepted
    | InvalidRefundAmount
    | RefundTooLarge
    | InvalidReturn
    | InvalidReason
    | KeyProblem,
    strawberry.union("RefundOrderResult", description="The refund, or why not."),
]


@strawberry.type
class OrderMutations:
    """Orders of members, recorded and refunded by whoever sold."""

    @strawberry.mutation(
        description="Record what a member bought; its external id makes it happen once. Needs orders.record, or a key"
        " with orders:write."
    )
    async def record_order(self, info: Info, input: RecordOrderInput) -> RecordOrderResult:
        recorded = await orders.record(info.context.actor, input.order.draft)
        return RecordOrderPayload(order=Order.of(recorded.order), effects=Effects.of(recorded.effects))

    @strawberry.mutation(
        description="Record what members bought, up to 100 in one request, each with its own answer. Needs"
        " orders.record, or a key with orders:write."
    )
    async def record_orders(self, info: Info, input: RecordOrdersInput) -> RecordOrdersResult:
        answers = await orders.record_many(info.context.actor, [order.draft for order in input.orders])
        return RecordOrdersPayload(answers=[OrderAnswer.of(answer, info) for answer in answers])

    @strawberry.mutation(
        description="Refund an order in whole or part, and take back what it gave for that. Needs orders.refund, or a"
        " key with orders:write."
    )
    async def refund_order(self, info: Info, input: RefundOrderInput) -> RefundOrderResult:
        order_id = decode_id(input.order_id, Order, "orderId")
        refund = await orders.refund(
            info.context.actor,
            order_id,
            amount=input.amount,
            currency=input.currency,
            returns=input.quantities,
            reason=input.reason,
            idempotency_key=input.idempotency_key,
        )
        order = Order.of(await queries.order(info.context.actor, order_id))
        return RefundOrderPayload(order=order, refund=OrderRefund.of(refund))
