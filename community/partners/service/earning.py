"""What a friend earns the partner who brought them: for qualifying, and by what they buy.

What is owed follows from how the referral and the orders stand now, so a handler may come twice, late or out of order.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community.access.policy import SYSTEM
from community.database import transaction
from community.kernel import clock
from community.kernel.errors import NotFound
from community.kernel.pages import MAX_SIZE, PageRequest
from community.orders import queries as orders
from community.orders.queries import OrderView
from community.partners import queries
from community.partners.rules.plans import Plan
from community.partners.rules.words import CauseKind, Status
from community.partners.service.accounts import held
from community.partners.service.lines import Owed, write
from community.referrals import queries as referrals
from community.referrals.queries import ReferralView
from community.referrals.rules.owners import OwnerKind
from community.referrals.rules.stages import Review, Stage

KEPT = (Stage.QUALIFIED, Stage.REWARDED)
BELIEVED = (Review.CLEAR, Review.APPROVED)


@transaction()
async def settle_friend(referral_id: UUID) -> None:
    """Write what a friend comes to now: for qualifying, and for every order. Nothing for friends of members."""
    view = await _held_referral(await referrals.referral(referral_id))
    if view is None:
        return
    terms = await _terms_of(view)
    by_orders = [_owed_for_order(order, view, terms) async for order in _orders_of(view.member_id)]
    await write(view.owner.id, [_owed_for_sign_up(view, terms), *by_orders])


@transaction()
async def settle_order(order_id: UUID, member_id: UUID) -> None:
    """Write what an order of this member comes to now. One statement for members whom no partner brought."""
    view = await _held_referral(await referrals.referral_of(member_id))
    order = (await orders.orders_by_ids(SYSTEM, [order_id])).get(order_id) if view else None
    if view is None or order is None:
        return
    await write(view.owner.id, [_owed_for_order(order, view, await _terms_of(view))])


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which plan a friend's doings count, since which order, and when the partner stood how."""

    plan: Plan | None
    first_at: datetime
    standings: Sequence[tuple[datetime, Status]]
    is_believed: bool

    def was_active(self, instant: datetime) -> bool:
        """Whether the partner earned then."""
        return was_active(self.standings, instant)


def was_active(standings: Sequence[tuple[datetime, Status]], instant: datetime) -> bool:
    """Whether a partner earned at that time."""
    return [status for since, status in standings if since <= instant][-1:] == [Status.ACTIVE]


async def _held_referral(view: ReferralView | None) -> ReferralView | None:
    """The referral as it stands once its partner is held; None where no partner is behind it."""
    if view is None or view.owner.kind is not OwnerKind.PARTNER:
        return None
    try:
        await held(view.owner.id)
    except NotFound:
        return None
    return await referrals.referral(view.id)


async def _terms_of(view: ReferralView) -> Terms:
    plans = (await queries.plans_of([view.owner.id]))[view.owner.id]
    first = (await orders.orders_by_ids(SYSTEM, [view.qualified_by])).values() if view.qualified_by else ()
    is_reported = view.click_id is not None and bool(await queries.converted_clicks([view.click_id]))
    return Terms(
        plan=next((plan for plan in reversed(plans) if plan.starts_at <= view.bound_at), None),
        first_at=next((order.placed_at for order in first), view.bound_at),
        standings=await queries.standings_of(view.owner.id),
        is_believed=view.review in BELIEVED and not is_reported,
    )


def _owed_for_sign_up(view: ReferralView, terms: Terms) -> Owed:
    now = clock.now()
    counts = terms.is_believed and view.stage in KEPT and terms.was_active(view.qualified_at or now)
    plan = terms.plan
    due_at = plan.due_at(now) if plan else now
    return Owed(
        cause=CauseKind.SIGN_UP,
        cause_id=view.id,
        amount=plan.per_sign_up if plan and counts else 0,
        due_at=max(due_at, view.held_until) if view.held_until else due_at,
        plan_version=plan.version if plan else None,
        link_id=view.link_id,
    )


def _owed_for_order(order: OrderView, view: ReferralView, terms: Terms) -> Owed:
    now, plan = clock.now(), terms.plan
    # A reversed referral is one whose first order was refunded: later orders stand by themselves.
    counts = (
        plan is not None
        and terms.is_believed
        and view.stage in (*KEPT, Stage.REVERSED)
        and terms.was_active(order.placed_at)
        and plan.counts(order.placed_at, first_at=terms.first_at, is_first=_is_first(order, view))
    )
    return Owed(
        cause=CauseKind.ORDER,
        cause_id=order.id,
        amount=plan.share_of(order.left) if plan and counts else 0,
        due_at=plan.due_at(now) if plan else now,
        plan_version=plan.version if plan else None,
        link_id=view.link_id,
    )


def _is_first(order: OrderView, view: ReferralView) -> bool:
    return order.id == view.qualified_by if view.qualified_by else order.is_first


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
