"""Settling what a friend earns the partner who brought them.

What is owed follows from how the referral and the orders stand now, so a handler may come twice, late or out of order.
"""

from collections.abc import AsyncIterator
from uuid import UUID

from community.access.policy import SYSTEM
from community.database import transaction
from community.kernel import clock
from community.kernel.errors import NotFound
from community.kernel.pages import MAX_SIZE, PageRequest
from community.orders import queries as orders
from community.orders.queries import OrderView
from community.partners import queries
from community.partners.rules.friends import Friend, Purchase, owed_for_order, owed_for_sign_up
from community.partners.rules.plans import plan_at
from community.partners.service.holding import held
from community.partners.service.lines import write
from community.referrals import queries as referrals
from community.referrals.queries import ReferralView
from community.referrals.rules.owners import OwnerKind


@transaction()
async def settle_friend(referral_id: UUID) -> None:
    """Write what a friend comes to now: for qualifying, and for every order. Nothing for friends of members."""
    view = await _held_referral(await referrals.referral(referral_id))
    if view is None:
        return
    friend, now = await _friend_of(view), clock.now()
    by_orders = [owed_for_order(_purchase(order, view), friend, now=now) async for order in _orders_of(view.member_id)]
    await write(view.owner.id, [owed_for_sign_up(friend, now=now), *by_orders])


@transaction()
async def settle_order(order_id: UUID, member_id: UUID) -> None:
    """Write what an order of this member comes to now. One statement for members whom no partner brought."""
    view = await _held_referral(await referrals.referral_of(member_id))
    order = (await orders.orders_by_ids(SYSTEM, [order_id])).get(order_id) if view else None
    if view is None or order is None:
        return
    owed = owed_for_order(_purchase(order, view), await _friend_of(view), now=clock.now())
    await write(view.owner.id, [owed])


async def _held_referral(view: ReferralView | None) -> ReferralView | None:
    """The referral as it stands once its partner is held; None where no partner is behind it."""
    if view is None or view.owner.kind is not OwnerKind.PARTNER:
        return None
    try:
        await held(view.owner.id)
    except NotFound:
        return None
    return await referrals.referral(view.id)


async def _friend_of(view: ReferralView) -> Friend:
    plans = (await queries.plans_of([view.owner.id]))[view.owner.id]
    first = (await orders.orders_by_ids(SYSTEM, [view.qualified_by])).values() if view.qualified_by else ()
    return Friend(
        referral_id=view.id,
        link_id=view.link_id,
        stage=view.stage,
        review=view.review,
        is_reported=view.click_id is not None and bool(await queries.converted_clicks([view.click_id])),
        qualified_at=view.qualified_at,
        held_until=view.held_until,
        first_at=next((order.placed_at for order in first), view.bound_at),
        plan=plan_at(plans, view.bound_at),
        standings=await queries.standings_of(view.owner.id),
    )


def _purchase(order: OrderView, view: ReferralView) -> Purchase:
    is_first = order.id == view.qualified_by if view.qualified_by else order.is_first
    return Purchase(order_id=order.id, left=order.left, placed_at=order.placed_at, is_first=is_first)


async def _orders_of(member_id: UUID) -> AsyncIterator[OrderView]:
    request = PageRequest(size=MAX_SIZE)
    while True:
        page = (await orders.orders_of(SYSTEM, [member_id], request))[member_id]
        for order in page.items:
            yield order
        if not page.has_next:
            return
        last = page.items[-1]
        request = PageRequest(size=MAX_SIZE, after=(last.placed_at, last.id))
