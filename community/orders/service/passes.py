"""Passes among what was bought: entitlements opens what they open, and takes it back when they are refunded in full."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from community.access.policy import Actor
from community.entitlements import service as entitlements
from community.entitlements.service import BoughtLine
from community.orders.queries import OrderView
from community.orders.rules.drafts import Draft
from community.orders.rules.refunds import Bought


async def open_passes(bought: Iterable[tuple[OrderView, Draft]], actor: Actor) -> None:
    """Open what these orders' lines open. One statement where none of them is a pass.

    Before anything earns: whoever unlocks a feature with points locks the right first and the points second, too.
    """
    lines = [
        BoughtLine(
            line=_name(order.id, position),
            member_id=order.member_id,
            sku=line.sku,
            quantity=line.quantity,
            at=order.placed_at,
        )
        for order, draft in bought
        for position, line in enumerate(draft.lines, start=1)
    ]
    await entitlements.open_for_purchase(lines, actor=actor)


async def close_passes(
    order: OrderView, lines: Sequence[Bought], *, left: int, returns: Mapping[int, int], reason: str, actor: Actor
) -> None:
    """Take back what those lines opened that are returned whole by now; all of them, when no money is left."""
    whole = [
        line.position for line in lines if left == 0 or line.returned + returns.get(line.position, 0) == line.quantity
    ]
    await entitlements.close_for_refund([_name(order.id, position) for position in whole], reason=reason, actor=actor)


def _name(order_id: UUID, position: int) -> str:
    """How entitlements knows a line."""
    return f"{order_id}:{position}"
