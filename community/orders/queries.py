"""Orders as an actor sees them: by id, a member's in pages, their lines and refunds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.kernel.errors import NotFound
from community.kernel.pages import Page, PageRequest, page_of
from community.orders import policy

SHAPE = (datetime, UUID)
"""What a cursor of a member's orders carries."""


class Status(StrEnum):
    """How much of an order went back."""

    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """A purchase; amounts in minor units. `tier_reached` is the key of the tier its member rose to by it."""

    id: UUID
    member_id: UUID
    source: str
    external_id: str
    currency: str
    amount: int
    discount: int
    refunded: int
    tier_reached: str | None
    is_first: bool
    placed_at: datetime
    recorded_at: datetime

    @property
    def left(self) -> int:
        """What can still be refunded."""
        return self.amount - self.refunded

    @property
    def status(self) -> Status:
        """Whether all of it is still paid."""
        if self.refunded == 0:
            return Status.PAID
        return Status.PARTLY_REFUNDED if self.left else Status.REFUNDED


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line of an order. `returned` of its quantity were refunded by name."""

    id: UUID
    order_id: UUID
    position: int
    sku: str
    name: str
    quantity: int
    unit_amount: int
    returned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    """Money that went back. Of the points and credits it came with, so many were taken, so many were gone already."""

    id: UUID
    order_id: UUID
    member_id: UUID
    amount: int
    reason: str
    taken: int
    short: int
    refunded_at: datetime


COLUMNS = (
    "o.id, o.member_id, o.source, o.external_id, o.currency, o.amount, o.discount, o.refunded, o.tier_reached,"
    " c.first_order_id is not null as is_first, o.placed_at, o.recorded_at"
)
CUSTOMER = "left join orders_customer c on c.member_id = o.member_id and c.first_order_id = o.id"


async def order(actor: Actor, order_id: UUID) -> OrderView:
    """One order. Raises NotFound where there is none that the actor may see."""
    return await _only(actor, order_id, _ORDERS)


async def order_held(actor: Actor, order_id: UUID) -> OrderView:
    """The same, as it will stay until the caller's transaction ends."""
    return await _only(actor, order_id, f"{_ORDERS} for no key update of o")


async def orders_by_ids(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, OrderView]:
    """Those of these orders that the actor may see."""
    return await _visible(actor, ids, _ORDERS)


async def orders_of(actor: Actor, member_ids: Sequence[UUID], request: PageRequest) -> dict[UUID, Page[OrderView]]:
    """A page of orders, the latest first, for each of these members whose orders the actor may see. One statement."""
    readable = [member_id for member_id in dict.fromkeys(member_ids) if policy.can_read_all_of(actor, member_id)]
    return await _pages(readable, request) if readable else {}


async def own_orders(member_id: UUID, request: PageRequest) -> Page[OrderView]:
    """A page of a member's orders, the latest first, for this member."""
    return (await _pages([member_id], request))[member_id]


async def _pages(member_ids: Sequence[UUID], request: PageRequest) -> dict[UUID, Page[OrderView]]:
    direction = "asc" if request.backward else "desc"
    rows = await database.fetch(
        f"select {COLUMNS} from unnest($1::uuid[]) as customer(id) cross join lateral ("
        "   select * from orders_order where member_id = customer.id"
        "   and ($2::timestamptz is null or (placed_at, id) < ($2, $3::uuid))"
        "   and ($4::timestamptz is null or (placed_at, id) > ($4, $5::uuid))"
        f"  order by placed_at {direction}, id {direction} limit {request.size + 1}"
        f" ) o {CUSTOMER} order by o.placed_at {direction}, o.id {direction}",
        member_ids,
        *(request.after or (None, None)),
        *(request.before or (None, None)),
    )
    found: dict[UUID, list[OrderView]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        found[row["member_id"]].append(view_of(row))
    return {each: page_of(orders, request, lambda order: (order.placed_at, order.id)) for each, orders in found.items()}


async def lines_of(order_ids: Iterable[UUID]) -> dict[UUID, list[LineView]]:
    """The lines of each order, in their order. For orders that the caller was shown."""
    rows = await database.fetch(
        "select id, order_id, position, sku, name, quantity, unit_amount, returned from orders_line"
        " where order_id = any($1) order by order_id, position",
        list(set(order_ids)),
    )
    found: dict[UUID, list[LineView]] = {order_id: [] for order_id in order_ids}
    for row in rows:
        found[row["order_id"]].append(LineView(**row))
    return found


async def refunds_of(order_ids: Iterable[UUID]) -> dict[UUID, list[RefundView]]:
    """The refunds of each order, the first one first. For orders that the caller was shown."""
    rows = await database.fetch(
        f"select {_REFUND} from orders_refund where order_id = any($1) order by order_id, id", list(set(order_ids))
    )
    found: dict[UUID, list[RefundView]] = {order_id: [] for order_id in order_ids}
    for row in rows:
        found[row["order_id"]].append(RefundView(**row))
    return found


async def refund(refund_id: UUID) -> RefundView:
    """A refund that exists."""
    row = await database.fetch_one(f"select {_REFUND} from orders_refund where id = $1", refund_id)
    assert row, "what was refunded is kept for ever"
    return RefundView(**row)


async def _only(actor: Actor, order_id: UUID, sql: str) -> OrderView:
    found = (await _visible(actor, [order_id], sql)).get(order_id)
    if found is None:
        raise NotFound("Order")
    return found


async def _visible(actor: Actor, ids: Iterable[UUID], sql: str) -> dict[UUID, OrderView]:
    rows = await database.fetch(sql, list(set(ids)))
    return {row["id"]: view_of(row) for row in rows if policy.can_read(actor, row["member_id"], row["source"])}


def view_of(row: Mapping[str, Any]) -> OrderView:
    """An order from its row; the name of its source without the key behind it."""
    return OrderView(**{**row, "source": row["source"].partition("@")[0]})


_ORDERS = f"select {COLUMNS} from orders_order o {CUSTOMER} where o.id = any($1)"
_REFUND = "id, order_id, member_id, amount, reason, taken, short, refunded_at"
