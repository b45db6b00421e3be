"""From the first paid order to a reward that stays: held, kept, taken back; once, whoever asks how often."""

import asyncio
from datetime import timedelta

import pytest

from community.access.policy import Role
from community.engagement import service as engagement
from community.engagement.rules import programme as earning
from community.engagement.rules.activities import OwnKind
from community.kernel import clock, ids
from community.ledger import service as ledger
from community.ledger.rules.transfers import Currency
from community.members import service as members
from community.members.rules import Ability
from community.referrals import service as referrals
from community.referrals.rules.owners import Owner
from community.referrals.rules.programme import FIRST_ORDER, JOINING, Programme
from community.referrals.rules.stages import Stage
from community.referrals.service import LinkPlan
from tests.announcements import announced
from tests.community.referrals.friends import a_friend, a_referrer, again, bought, brought, clicked, points_of
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

MONTH = timedelta(days=30)
REFUND = "order_refunded"


async def test_a_reward_is_held_for_a_month_and_then_stays() -> None:
    mei, link = await a_referrer()
    view = await bought(await brought(link))
    assert (view.stage, view.held_until) == (Stage.QUALIFIED, view.qualified_at + MONTH)
    assert await points_of(mei.member_id) == (0, 100)
    with clock.frozen(view.held_until - timedelta(seconds=1)):
        assert await referrals.keep_due() == 0
        assert await points_of(mei.member_id) == (0, 100)
    with clock.frozen(view.held_until):
        assert sum(await asyncio.gather(*[referrals.keep_due() for _ in range(3)])) == 1
        await ledger.settle_due()
        assert await points_of(mei.member_id) == (100, 0)
    assert (await again(view)).stage is Stage.REWARDED
    told = await announced(view.id)
    assert [fact["type"] for fact in told] == ["member.referred", "referral.qualified", "referral.rewarded"]
    assert {(fact["owner_id"], fact["member_id"]) for fact in told} == {(str(mei.member_id), str(view.member_id))}


async def test_orders_at_once_and_again_qualify_once() -> None:
    mei, link = await a_referrer()
    view = await brought(link)
    await asyncio.gather(*[bought(view) for _ in range(6)])
    await bought(view)
    assert await points_of(mei.member_id) == (0, 100)
    assert [fact["type"] for fact in await announced(view.id)].count("referral.qualified") == 1


async def test_what_is_not_enough_or_was_before_or_is_something_else_qualifies_nobody() -> None:
    _, link = await a_referrer()
    view = await brought(link)
    assert (await bought(view, amount=0)).stage is Stage.SIGNED_UP
    before = clock.now() - timedelta(days=1)
    for event, at in ((FIRST_ORDER, before), (JOINING, None), ("moon.full", None)):
        found = await referrals.qualify(view.member_id, event, by=ids.new_id(), amount=100, at=at)
        assert found is not None
        assert found.stage is Stage.SIGNED_UP
    assert await referrals.qualify((await a_friend()).id, FIRST_ORDER) is None


async def test_a_refund_takes_back_what_was_held_exactly_once() -> None:
    mei, link = await a_referrer()
    order_id = ids.new_id()
    view = await bought(await brought(link), order_id=order_id)
    await asyncio.gather(*[referrals.take_back(order_id, reason=REFUND) for _ in range(5)])
    assert await points_of(mei.member_id) == (0, 0)
    assert (await again(view)).stage is Stage.REVERSED
    assert [fact["type"] for fact in await announced(view.id)].count("referral.reversed") == 1
    assert (await bought(view)).stage is Stage.REVERSED, "a second order is no first one"
    with clock.frozen(clock.now() + MONTH):
        assert await referrals.keep_due() == 0


async def test_a_refund_after_the_month_takes_back_what_is_still_there() -> None:
    mei, link = await a_referrer()
    order_id = ids.new_id()
    view = await bought(await brought(link), order_id=order_id)
    with clock.frozen(clock.now() + MONTH + timedelta(seconds=1)):
        await referrals.keep_due()
        await ledger.settle_due()
        await referrals.take_back(order_id, reason=REFUND)
        assert await points_of(mei.member_id) == (0, 0)
    assert (await again(view)).stage is Stage.REVERSED
    assert await referrals.take_back(ids.new_id(), reason=REFUND) is None


async def test_both_sides_are_rewarded_where_the_programme_has_a_rule_for_the_friend() -> None:
    mei, link = await a_referrer()
    welcome = earning.Rule(code="welcome", trigger=OwnKind.REFERRAL_WELCOMED, currency=Currency.POINTS, amount=50)
    admin = await a_member(roles=frozenset({Role.ADMIN}))
    await engagement.publish(admin, earning.Programme(rules=(*earning.DEFAULT.rules, welcome)))
    order_id = ids.new_id()
    view = await bought(await brought(link), order_id=order_id)
    assert (await points_of(mei.member_id), await points_of(view.member_id)) == ((0, 100), (0, 50))
    await referrals.take_back(order_id, reason=REFUND)
    assert (await points_of(mei.member_id), await points_of(view.member_id)) == ((0, 0), (0, 0))


async def test_who_may_not_earn_brings_friends_for_nothing() -> None:
    mei, link = await a_referrer()
    moderator = await a_member(roles=frozenset({Role.MODERATOR}))
    await members.restrict(moderator, mei.member_id, Ability.EARN, reason="fraud")
    view = await bought(await brought(link))
    assert view.stage is Stage.QUALIFIED
    assert await points_of(mei.member_id) == (0, 0)


async def test_what_a_partner_brought_qualifies_without_points() -> None:
    link = await referrals.create_link_for(Owner.partner(ids.new_id()), LinkPlan())
    view = await bought(await brought(link))
    told = (await announced(view.id))[-1]
    assert (told["type"], told["owner_kind"]) == ("referral.qualified", "partner")


async def test_a_programme_may_reward_joining_alone_and_holds_for_whom_it_bound() -> None:
    admin = await a_member(roles=frozenset({Role.ADMIN}))
    mei, link = await a_referrer()
    before = await brought(link)
    published = await referrals.publish(admin, Programme(qualifies_on=JOINING, holding_days=0))
    after = await brought(link)
    assert (before.programme_version, after.programme_version, published.version) == ("1", "2", "2")
    for view in (before, after):
        await referrals.qualify(view.member_id, JOINING)
    assert [(await again(view)).stage for view in (before, after)] == [Stage.SIGNED_UP, Stage.QUALIFIED]
    assert await referrals.keep_due() == 1
    assert await points_of(mei.member_id) == (100, 0)


async def test_a_campaign_alone_rewards_nobody() -> None:
    friend = await a_friend(campaign="spring")
    assert await referrals.bind_joined(friend.id) is None
    assert await referrals.qualify(friend.id, FIRST_ORDER, amount=100) is None


async def test_two_friends_by_two_clicks_are_two_rewards() -> None:
    mei, link = await a_referrer()
    for number in range(2):
        friend = await a_friend(click_id=await clicked(link, address=f"192.0.2.{number}"))
        await referrals.bind_joined(friend.id)
        await referrals.qualify(friend.id, FIRST_ORDER, by=ids.new_id(), amount=100)
    assert await points_of(mei.member_id) == (0, 200)
