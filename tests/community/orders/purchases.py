"""Orders with small defaults: a test names only what it is about."""

from datetime import datetime
from itertools import count
from typing import Any

from community.access.policy import SYSTEM, Actor
from community.kernel import clock
from community.kernel.pages import PageRequest
from community.orders import queries
from community.orders import service as orders
from community.orders.queries import OrderView, RefundView
from community.orders.rules.drafts import CustomerDraft, Draft, Line

_numbers = count(1)


def a_line(amount: int = 10_000, *, quantity: int = 1, sku: str = "cd-1") -> Line:
    return Line(sku=sku, name="Kind of Blue", quantity=quantity, unit_amount=amount)


def a_draft(actor: Actor, amount: int = 10_000, **details: Any) -> Draft:
    """An order of 100 dollars, placed now at the shop."""
    assert actor.member_id
    return Draft(member_id=actor.member_id, **_purchase(amount, **details))


def a_customers(customer: str, amount: int = 10_000, **details: Any) -> CustomerDraft:
    """The same, of whom the shop calls `customer`."""
    return CustomerDraft(customer=customer, **_purchase(amount, **details))


def _purchase(amount: int, **details: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "source": "shop",
        "external_id": f"receipt {next(_numbers)}",
        "currency": "USD",
        "lines": (a_line(amount),),
        "placed_at": clock.now(),
    }
    return defaults | details


async def buys(actor: Actor, amount: int = 10_000, **details: Any) -> OrderView:
    """A member bought something."""
    return (await orders.record(SYSTEM, a_draft(actor, amount, **details))).order


async def refunds(order: OrderView, amount: int | None = None, *, key: str | None = None, **details: Any) -> RefundView:
    """Money goes back."""
    details = {"reason": "did not like it", "idempotency_key": key or f"key {next(_numbers)}"} | details
    return await orders.refund(SYSTEM, order.id, amount=amount, **details)


async def orders_of(actor: Actor) -> list[OrderView]:
    """All of a member's, the latest first."""
    assert actor.member_id
    pages = await queries.orders_of(SYSTEM, [actor.member_id], PageRequest.of(first=100))
    return list(pages[actor.member_id].items)


def day(text: str) -> datetime:
    """The beginning of a day."""
    return datetime.fromisoformat(f"{text}T00:00+00:00")
