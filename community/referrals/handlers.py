"""What referrals hears: that somebody joined, bought, was refunded."""

from community.access.policy import SYSTEM
from community.kernel.pages import MAX_SIZE, PageRequest
from community.members.facts import MemberJoined
from community.orders import queries as orders
from community.orders.facts import OrderRecorded, OrderRefunded
from community.orders.queries import OrderView
from community.outbox import service as outbox
from community.referrals import service as referrals
from community.referrals.rules.programme import FIRST_ORDER, JOINING


@outbox.hears(MemberJoined)
async def bind(fact: MemberJoined) -> None:
    """Whoever brought a new member is bound to them. What the member bought before that was heard counts, too."""
    referral = await referrals.bind_joined(fact.member_id)
    if referral is None:
        return
    await referrals.qualify(fact.member_id, JOINING)
    pages = await orders.orders_of(SYSTEM, [fact.member_id], PageRequest(size=MAX_SIZE, backward=True))
    for order in pages[fact.member_id].items:
        await _qualify_by(order)


@outbox.hears(OrderRecorded)
async def qualify(fact: OrderRecorded) -> None:
    """The first order that is paid and stays paid qualifies."""
    order = (await orders.orders_by_ids(SYSTEM, [fact.order_id])).get(fact.order_id)
    if order is not None:
        await _qualify_by(order)


@outbox.hears(OrderRefunded)
async def take_back(fact: OrderRefunded) -> None:
    """An order that is refunded as a whole qualified nobody."""
    if fact.left == 0:
        await referrals.take_back(fact.order_id, reason="order_refunded")


async def _qualify_by(order: OrderView) -> None:
    await referrals.qualify(order.member_id, FIRST_ORDER, by=order.id, amount=order.left, at=order.placed_at)
