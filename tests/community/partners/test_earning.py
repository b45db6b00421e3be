"""Commissions: earned by friends who qualify and by what they buy, taken back exactly once."""

import asyncio
from datetime import datetime, timedelta

import pytest

from community import database
from community.access.policy import SYSTEM
from community.kernel import clock
from community.orders import service as orders
from community.orders.rules.drafts import Draft, Line
from community.partners import service as partners
from community.partners.errors import NothingToPay, PartnerNotActive, StatementSettled
from community.partners.rules.plans import Terms
from community.partners.rules.words import CauseKind, LineKind, LineStatus
from community.referrals import service as referrals
from tests.announcements import announced
from tests.community.partners.deals import (
    a_friend_of,
    a_key,
    a_link,
    a_partner,
    a_report,
    all_is_heard,
    amounts_of,
    approved_and_paid,
    balance_of,
    buys,
    gives_back,
    lines_of,
)
from tests.community.referrals.friends import a_friend, bound, brought

pytestmark = pytest.mark.usefixtures("database")


async def test_a_friend_who_qualifies_earns_the_flat_and_the_share() -> None:
    partner = await a_partner()
    friend = await a_friend_of(await a_link(await a_key(partner)))
    await all_is_heard()
    assert await amounts_of(partner) == []
    await buys(friend, 10_019)
    lines = await lines_of(partner)
    assert sorted((line.cause, line.amount) for line in lines) == [(CauseKind.ORDER, 751), (CauseKind.SIGN_UP, 500)]
    assert {line.status for line in lines} == {LineStatus.PENDING}
    assert [fact["type"] for fact in await announced(lines[0].id)] == ["commission.earned"]


async def test_heard_again_and_late_nothing_is_earned_twice() -> None:
    partner = await a_partner()
    order = await buys(await a_friend_of(await a_link(await a_key(partner))))
    await all_is_heard(times=2)
    await asyncio.gather(*(partners.settle_order(order.id, order.member_id) for _ in range(5)))
    assert sorted(await amounts_of(partner)) == [500, 750]


async def test_what_is_refunded_in_parts_is_taken_back_to_the_unit_and_once() -> None:
    partner = await a_partner(per_sign_up=0)
    order = await buys(await a_friend_of(await a_link(await a_key(partner))), 10_019)
    await gives_back(order, 19, times=2)
    await gives_back(order, 1, times=2)
    await gives_back(order, times=2)
    # floor(10,000 * 7.5 %) = 750; floor(9,999 * 7.5 %) = 749; nothing.
    assert await amounts_of(partner) == [751, -1, -1, -749]
    assert (await balance_of(partner)).owed == 0


async def test_a_first_order_that_goes_back_takes_the_flat_with_it_and_leaves_later_orders() -> None:
    partner = await a_partner()
    friend = await a_friend_of(await a_link(await a_key(partner)))
    first = await buys(friend)
    await buys(friend, 2_000)
    await gives_back(first, times=2)
    assert (await balance_of(partner)).owed == 150


async def test_a_refund_heard_before_its_order_was_leaves_nothing() -> None:
    partner = await a_partner()
    friend = await a_friend_of(await a_link(await a_key(partner)))
    draft = Draft(
        member_id=friend.member_id,
        source="shop",
        external_id="early",
        currency="USD",
        lines=(Line(sku="cd", name="CD", quantity=1, unit_amount=10_000),),
        placed_at=clock.now(),
    )
    recorded = await orders.record(SYSTEM, draft)
    await orders.refund(SYSTEM, recorded.order.id, reason="returned", idempotency_key="at once")
    await all_is_heard(times=2)
    assert await amounts_of(partner) == []


async def test_only_the_first_order_earns_without_months() -> None:
    partner = await a_partner(per_sign_up=0, recurring_months=0)
    friend = await a_friend_of(await a_link(await a_key(partner)))
    await buys(friend, 10_000)
    await buys(friend, 20_000)
    assert await amounts_of(partner) == [750]


async def test_what_is_bought_after_the_months_earns_nothing() -> None:
    partner = await a_partner(per_sign_up=0, recurring_months=1)
    friend = await a_friend_of(await a_link(await a_key(partner)))
    order = await buys(friend, 10_000)
    with clock.frozen(order.placed_at + timedelta(days=20)):
        await buys(friend, 20_000)
    with clock.frozen(order.placed_at + timedelta(days=40)):
        await buys(friend, 40_000)
    assert await amounts_of(partner) == [750, 1_500]


async def test_friends_keep_the_plan_under_which_they_joined() -> None:
    partner = await a_partner(per_sign_up=0)
    link = await a_link(await a_key(partner))
    early = await a_friend_of(link)
    await partners.publish_plan(SYSTEM, partner.id, Terms(basis_points=100, recurring_months=12))
    late = await a_friend_of(link)
    await buys(early)
    await buys(late)
    lines = await lines_of(partner)
    assert [(line.amount, line.plan_version) for line in lines] == [(750, 1), (100, 2)]


async def test_a_suspended_partner_earns_nothing_of_what_happens_meanwhile() -> None:
    partner = await a_partner(per_sign_up=0)
    friend = await a_friend_of(await a_link(await a_key(partner)))
    await buys(friend)
    await partners.suspend(SYSTEM, partner.id, reason="complaints")
    await buys(friend)
    await partners.reinstate(SYSTEM, partner.id, reason="settled")
    await all_is_heard(times=2)
    assert await amounts_of(partner) == [750]
    await buys(friend)
    assert await amounts_of(partner) == [750, 750]


async def test_a_click_that_was_reported_does_not_earn_by_orders_as_well() -> None:
    partner = await a_partner(per_sign_up=0)
    key = await a_key(partner)
    link = await a_link(key)
    report = await a_report(link)
    (answer,) = await partners.report(key, [report])
    assert answer.conversion
    friend = await bound(await a_friend(click_id=report.click_id))
    await buys(friend)
    assert await amounts_of(partner) == [750]


async def test_what_is_held_is_approved_when_it_is_due(frozen_clock: datetime) -> None:
    partner = await a_partner(per_sign_up=0)
    await buys(await a_friend_of(await a_link(await a_key(partner))))
    (line,) = await lines_of(partner)
    with clock.frozen(frozen_clock + timedelta(days=30, microseconds=-1)):
        assert await partners.approve_due() == 0
    with clock.frozen(frozen_clock + timedelta(days=30)):
        assert await asyncio.gather(partners.approve_due(), partners.approve_due()) in ([1, 0], [0, 1])
    assert (await balance_of(partner)).approved == 750
    assert [fact["type"] for fact in await announced(line.id)] == ["commission.earned", "commission.approved"]


async def test_what_was_paid_is_taken_back_from_the_next_statement() -> None:
    partner = await a_partner(per_sign_up=0, hold_days=0)
    friend = await a_friend_of(await a_link(await a_key(partner)))
    order = await buys(friend)
    statement_id = await approved_and_paid(partner)
    assert [fact["type"] for fact in await announced(statement_id)] == ["commission.paid"]
    await gives_back(order, times=2)
    assert await amounts_of(partner) == [750, -750, -750]
    balance = await balance_of(partner)
    assert (balance.owed, balance.approved, balance.paid) == (-750, -750, 750)
    with pytest.raises(NothingToPay):
        await approved_and_paid(partner)
    await buys(friend, 20_000)
    await approved_and_paid(partner)
    assert await amounts_of(partner) == [750, -750, -750, 1_500, -750]
    assert (await balance_of(partner)).owed == 0


async def test_many_who_pay_at_once_pay_once() -> None:
    partner = await a_partner(per_sign_up=0, hold_days=0)
    await buys(await a_friend_of(await a_link(await a_key(partner))))
    await partners.approve_due()
    until = clock.now()
    outcomes = await asyncio.gather(
        *(partners.pay(SYSTEM, partner.id, until=until, idempotency_key=f"key {n}") for n in range(4)),
        return_exceptions=True,
    )
    made = [each for each in outcomes if not isinstance(each, BaseException)]
    assert [statement.total for statement in made] == [750]
    assert [type(each) for each in outcomes if isinstance(each, BaseException)] == [NothingToPay] * 3
    again = await asyncio.gather(
        *(partners.mark_paid(SYSTEM, made[0].id, reference="SEPA 9") for _ in range(4)),
    )
    assert {statement.reference for statement in again} == {"SEPA 9"}
    assert await amounts_of(partner) == [750, -750]


async def test_the_same_key_makes_one_statement() -> None:
    partner = await a_partner(per_sign_up=0, hold_days=0)
    await buys(await a_friend_of(await a_link(await a_key(partner))))
    await partners.approve_due()
    until = clock.now()
    once = await partners.pay(SYSTEM, partner.id, until=until, idempotency_key="november")
    assert await partners.pay(SYSTEM, partner.id, until=until, idempotency_key="november") == once


async def test_a_cancelled_statement_leaves_its_lines_to_the_next() -> None:
    partner = await a_partner(per_sign_up=0, hold_days=0)
    await buys(await a_friend_of(await a_link(await a_key(partner))))
    await partners.approve_due()
    first = await partners.pay(SYSTEM, partner.id, until=clock.now(), idempotency_key="1")
    await partners.cancel(SYSTEM, first.id, reason="wrong account")
    with pytest.raises(StatementSettled):
        await partners.mark_paid(SYSTEM, first.id, reference="SEPA 1")
    second = await partners.pay(SYSTEM, partner.id, until=clock.now(), idempotency_key="2")
    assert (second.number, second.total) == (2, 750)
    await partners.mark_paid(SYSTEM, second.id, reference="SEPA 1")
    for late in (
        partners.cancel(SYSTEM, second.id, reason="too late"),
        partners.mark_paid(SYSTEM, second.id, reference="SEPA 2"),
    ):
        with pytest.raises(StatementSettled):
            await late


async def test_a_suspended_partner_is_not_paid() -> None:
    partner = await a_partner()
    await partners.suspend(SYSTEM, partner.id, reason="complaints")
    with pytest.raises(PartnerNotActive):
        await partners.pay(SYSTEM, partner.id, until=clock.now(), idempotency_key="1")


async def test_lines_are_never_changed() -> None:
    partner = await a_partner(per_sign_up=0)
    await buys(await a_friend_of(await a_link(await a_key(partner))))
    (line,) = await lines_of(partner)
    assert line.kind is LineKind.EARNED

    @database.transaction()
    async def tampers(statement: str) -> None:
        await database.execute(statement)

    for statement in ("update partners_line set amount = 1", "delete from partners_line", "truncate partners_line"):
        with pytest.raises(Exception, match=r"never changed|only ever added"):
            await tampers(statement)


async def test_a_friend_whom_staff_reject_earns_nothing() -> None:
    partner = await a_partner()
    doubtful = await brought(await a_link(await a_key(partner)), ago=timedelta(seconds=1))
    await buys(doubtful)
    assert await amounts_of(partner) == []
    await referrals.approve(SYSTEM, doubtful.id, reason="known to us")
    await all_is_heard(times=2)
    assert sorted(await amounts_of(partner)) == [500, 750]
