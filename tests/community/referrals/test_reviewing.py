"""Doubtful referrals: people decide, with a reason, once; nobody about what rewards themselves."""

import asyncio
from datetime import timedelta

import pytest

from community.access.policy import ANONYMOUS, Actor, Role
from community.kernel import clock, ids
from community.kernel.errors import Forbidden, InvalidReason, NotFound, Unauthenticated
from community.kernel.pages import PageRequest
from community.referrals import errors, queries
from community.referrals import service as referrals
from community.referrals.queries import LinkView, ReferralView
from community.referrals.rules.programme import Credits, Programme
from community.referrals.rules.stages import Review, Stage
from tests.announcements import announced
from tests.community.referrals.friends import a_referrer, again, bought, brought, points_of
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

MONTH = timedelta(days=30)


async def a_moderator() -> Actor:
    return await a_member(roles=frozenset({Role.MODERATOR}))


async def a_doubtful_one(link: LinkView) -> ReferralView:
    """Somebody who joined a second after the click."""
    view = await brought(link, ago=timedelta(seconds=1))
    assert view.review is Review.WAITING
    return view


async def test_a_doubtful_referral_waits_in_the_queue_and_gives_nothing() -> None:
    mei, link = await a_referrer()
    clear, view = await brought(link), await bought(await a_doubtful_one(link))
    assert view.stage is Stage.QUALIFIED
    assert await points_of(mei.member_id) == (0, 0)
    page = await queries.waiting_referrals(await a_moderator(), PageRequest())
    assert [each.id for each in page.items] == [view.id]
    assert clear.id != view.id
    with clock.frozen(clock.now() + MONTH):
        assert await referrals.keep_due() == 0


async def test_an_approved_referral_gives_what_it_would_have_given_held_from_when_it_qualified() -> None:
    mei, link = await a_referrer()
    view = await bought(await a_doubtful_one(link))
    moderator = await a_moderator()
    with clock.frozen(clock.now() + timedelta(days=3)):
        decided = await asyncio.gather(*[referrals.approve(moderator, view.id, reason="know them") for _ in range(4)])
        assert {each.review for each in decided} == {Review.APPROVED}
        assert await points_of(mei.member_id) == (0, 100)
    assert (await again(view)).held_until == view.held_until
    assert [fact["type"] for fact in await announced(view.id)] == ["member.referred", "referral.qualified"]


async def test_who_is_approved_early_qualifies_like_anybody() -> None:
    mei, link = await a_referrer()
    view = await a_doubtful_one(link)
    approved = await referrals.approve(await a_moderator(), view.id, reason="know them")
    assert approved.stage is Stage.SIGNED_UP
    await bought(view)
    assert await points_of(mei.member_id) == (0, 100)


async def test_a_late_approval_does_not_hold_for_another_month() -> None:
    mei, link = await a_referrer()
    view = await bought(await a_doubtful_one(link))
    with clock.frozen(clock.now() + timedelta(days=45)):
        await referrals.approve(await a_moderator(), view.id, reason="know them")
        assert await referrals.keep_due() == 1
        assert await points_of(mei.member_id) == (100, 0)


async def test_a_rejected_referral_gives_nothing_and_takes_back_what_it_gave_once() -> None:
    mei, link = await a_referrer()
    waiting, held = await bought(await a_doubtful_one(link)), await bought(await brought(link))
    moderator = await a_moderator()
    assert await points_of(mei.member_id) == (0, 100)
    for view in (waiting, held):
        await asyncio.gather(*[referrals.reject(moderator, view.id, reason="the same person") for _ in range(3)])
        ended = await again(view)
        assert (ended.stage, ended.review, ended.end_reason) == (Stage.REJECTED, Review.REJECTED, "the same person")
        told = [fact for fact in await announced(view.id) if fact["type"] == "referral.rejected"]
        assert [(fact["reason"], fact["by_staff"]) for fact in told] == [("staff", True)]
    assert await points_of(mei.member_id) == (0, 0)


async def test_what_is_decided_stays_decided() -> None:
    _, link = await a_referrer()
    moderator, order_id = await a_moderator(), ids.new_id()
    rejected, refunded, clear = (
        await brought(link),
        await bought(await brought(link), order_id=order_id),
        await brought(link),
    )
    await referrals.reject(moderator, rejected.id, reason="no")
    await referrals.take_back(order_id, reason="order_refunded")
    for view in (rejected, refunded, clear):
        with pytest.raises(errors.ReferralDecided):
            await referrals.approve(moderator, view.id, reason="yes")
    with pytest.raises(errors.ReferralDecided):
        await referrals.reject(moderator, refunded.id, reason="no")


async def test_two_who_decide_at_once_decide_one_after_the_other() -> None:
    mei, link = await a_referrer()
    view = await bought(await a_doubtful_one(link))
    one, other = await a_moderator(), await a_moderator()
    await asyncio.gather(
        referrals.approve(one, view.id, reason="yes"),
        referrals.reject(other, view.id, reason="no"),
        return_exceptions=True,
    )
    assert (await again(view)).stage is Stage.REJECTED
    assert await points_of(mei.member_id) == (0, 0)


async def test_nobody_decides_about_what_rewards_themselves() -> None:
    mei, link = await a_referrer()
    view = await a_doubtful_one(link)
    for member_id in (mei.member_id, view.member_id):
        insider = Actor(kind=mei.kind, member_id=member_id, roles=frozenset({Role.MEMBER, Role.ADMIN}))
        for decide in (referrals.approve, referrals.reject):
            with pytest.raises(errors.OwnReferral):
                await decide(insider, view.id, reason="fine")


async def test_deciding_needs_the_permission_and_a_reason() -> None:
    _, link = await a_referrer()
    view, moderator = await a_doubtful_one(link), await a_moderator()
    analyst = await a_member(roles=frozenset({Role.ANALYST}))
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (await a_member(), Forbidden), (analyst, Forbidden)):
        for call in (
            referrals.approve(actor, view.id, reason="x"),
            referrals.reject(actor, view.id, reason="x"),
            queries.waiting_referrals(actor, PageRequest()),
        ):
            with pytest.raises(refusal):
                await call
    with pytest.raises(InvalidReason):
        await referrals.reject(moderator, view.id, reason=" ")
    with pytest.raises(NotFound):
        await referrals.approve(moderator, ids.new_id(), reason="x")


async def test_publishing_needs_the_permission_a_start_and_rules_that_can_be() -> None:
    admin = await a_member(roles=frozenset({Role.ADMIN}))
    with pytest.raises(Forbidden):
        await referrals.publish(await a_moderator(), Programme())
    with pytest.raises(errors.InvalidReferralProgramme):
        await referrals.publish(admin, Programme(window_days=0))
    with pytest.raises(errors.ReferralProgrammeStartsInThePast):
        await referrals.publish(admin, Programme(), starts_at=clock.now() - timedelta(seconds=1))
    later = clock.now() + timedelta(days=1)
    first_touch = Programme(credits=Credits.FIRST_TOUCH)
    await referrals.publish(admin, first_touch, starts_at=later)
    with pytest.raises(errors.ReferralProgrammeStartsInThePast):
        await referrals.publish(admin, Programme(), starts_at=later)
    assert (await queries.programme_at(clock.now())).version == "1"
    assert (await queries.programme_at(later)).programme == first_touch
