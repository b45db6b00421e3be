"""Refunding: money goes back in whole or part, and with it exactly what it had given."""

from collections.abc import Mapping
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.engagement import service as engagement
from community.engagement.service import Undone
from community.idempotency import service as idempotency
from community.idempotency.service import Result
from community.kernel import clock, ids
from community.kernel.text import reason_in
from community.orders import errors, facts, policy, queries
from community.orders.queries import OrderView, RefundView
from community.orders.rules.activities import earned_by, spent_by
from community.orders.rules.drafts import whole_units
from community.orders.rules.refunds import Bought, Paid, amount_of
from community.orders.service.passes import close_passes
from community.outbox import service as outbox
from community.settings import settings
from community.tiers import service as tiers


@transaction()
async def refund(
    actor: Actor,
    order_id: UUID,
    *,
    amount: int | None = None,
    currency: str | None = None,
    returns: Mapping[int, int] | None = None,
    reason: str,
    idempotency_key: str,
) -> RefundView:
    """Money of an order went back: `amount`, the quantities of `returns` by line position, or else all that is left.

    Points, credits and what counted for tiers go with it, as far as the order would not have given them for what is
    still paid. The same key does it once. Raises Forbidden, NotFound, CurrencyNotAccepted, InvalidRefundAmount,
    InvalidReturn, RefundTooLarge, InvalidReason, and idempotency's problems.
    """
    policy.require_refunder(actor)
    reason = reason_in(reason)
    returns = returns or {}

    async def run() -> Result:
        order, lines = await _locked(actor, order_id)
        if currency is not None and currency != order.currency:
            raise errors.CurrencyNotAccepted(currency, order.currency)
        paid = Paid(amount=order.amount, refunded=order.refunded, lines=lines)
        asked = amount_of(paid, amount=amount, returns=returns)
        left = order.left - asked
        await close_passes(order, lines, left=left, returns=returns, reason=reason, actor=actor)
        return {"refund_id": str(await _refund(actor, order, asked, returns, reason))}

    asked_for = {
        "amount": amount,
        "currency": currency,
        "returns": [[position, returns[position]] for position in sorted(returns)],
        "reason": reason,
    }
    done = await idempotency.once(f"orders.refund:{order_id}", idempotency_key, asked_for, run)
    return await queries.refund(UUID(done["refund_id"]))


async def _locked(actor: Actor, order_id: UUID) -> tuple[OrderView, list[Bought]]:
    """The order as it will stay until this transaction ends, with its lines. Raises NotFound."""
    order = await queries.order_held(actor, order_id)
    lines = (await queries.lines_of([order_id]))[order_id]
    return order, [
        Bought(position=line.position, quantity=line.quantity, unit_amount=line.unit_amount, returned=line.returned)
        for line in lines
    ]


async def _refund(actor: Actor, order: OrderView, amount: int, returns: Mapping[int, int], reason: str) -> UUID:
    refund_id, now = ids.new_id(), clock.now()
    left = order.left - amount
    undone = await _take_back(order, left, str(refund_id), reason, actor)
    await tiers.withdraw(spent_by(order.id), amount, part=str(refund_id))
    await tiers.recompute(order.member_id, now, actor=actor)
    await database.execute(
        _WRITE,
        order.id,
        amount,
        list(returns),
        list(returns.values()),
        refund_id,
        order.member_id,
        reason,
        undone.taken,
        undone.short,
        actor.member_id or actor.key_id,
        now,
    )
    announced = facts.OrderRefunded(
        order_id=order.id,
        refund_id=refund_id,
        member_id=order.member_id,
        amount=amount,
        left=left,
        currency=order.currency,
        refunded_at=now,
    )
    await outbox.record(announced, actor=actor)
    return refund_id


async def _take_back(order: OrderView, left: int, part: str, reason: str, actor: Actor) -> Undone:
    """What the order would not have earned for what is left of it; everything when nothing is."""
    cause = earned_by(order.id)
    if left == 0:
        return await engagement.undo(cause, reason=reason, actor=actor)
    quantity = whole_units(left, settings().currency_digits)
    return await engagement.reduce(cause, quantity, part=part, reason=reason, actor=actor)


_WRITE = """
    with money as (
        update orders_order set refunded = refunded + $2 where id = $1
    ), goods as (
        update orders_line line set returned = line.returned + back.quantity
        from unnest($3::int[], $4::int[]) back(position, quantity)
        where line.order_id = $1 and line.position = back.position
    )
    insert into orders_refund (id, order_id, member_id, amount, reason, taken, short, actor_id, refunded_at)
    values ($5, $1, $6, $2, $7, $8, $9, $10, $11)
"""
