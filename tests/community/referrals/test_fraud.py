"""Ways in which people reward themselves, end to end: each is refused, or people are asked, or it brings nobody.

A scenario does what somebody would do and says what became of it. The honest ones beside them must pass.
"""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from community.access.service import Device, sign_in
from community.kernel import clock, ids
from community.members import queries as members
from community.referrals import queries, tokens
from community.referrals import service as referrals
from community.referrals.queries import LinkView, ReferralView
from community.referrals.rules.attribution import Touch
from community.referrals.rules.clicks import Arrival
from community.referrals.rules.owners import Owner
from community.referrals.rules.programme import TouchKind
from community.referrals.rules.signals import SignalCode
from community.referrals.rules.stages import Review, Stage
from tests.announcements import announced
from tests.community.referrals.friends import (
    LAPTOP,
    PHONE,
    a_click,
    a_friend,
    a_referrer,
    bought,
    brought,
    clicked,
    id_made_at,
    points_of,
)
from tests.factories import PASSWORD

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")

HOME = "198.51.100.20"
CAFE = "198.51.100.40"

Outcome = ReferralView | None
Scenario = Callable[[], Awaitable[Outcome]]


async def a_referrer_at(address: str, *, email: str | None = None, agent: str = PHONE) -> tuple[Owner, LinkView]:
    """A member who uses that address, and their link."""
    member = await a_friend(email=email, address=address, agent=agent)
    owner = Owner.member(member.id)
    return owner, await referrals.default_link_of(owner)


async def of(link: LinkView, **how: object) -> Outcome:
    """What became of somebody who came by the link like that."""
    friend = await a_friend(**{"click_id": await clicked(link), **how})
    return await referrals.bind_joined(friend.id)


async def signed_in_as_the_referrer() -> Outcome:
    owner, link = await a_referrer_at(HOME)
    return await of(link, signed_in_as=owner.id)


async def same_mailbox_with_a_plus() -> Outcome:
    _, link = await a_referrer_at(HOME, email="lin@example.com")
    return await of(link, email="lin+2@example.com")


async def same_mailbox_with_dots() -> Outcome:
    _, link = await a_referrer_at(HOME, email="linmei@gmail.com")
    return await of(link, email="lin.mei@gmail.com")


async def same_mailbox_at_the_other_name_of_the_domain() -> Outcome:
    _, link = await a_referrer_at(HOME, email="linmei@gmail.com")
    return await of(link, email="l.i.n.m.e.i+x@googlemail.com")


async def mailboxes_made_in_a_row() -> Outcome:
    _, link = await a_referrer_at(HOME, email="lin1@example.com")
    return await of(link, email="lin2@example.com")


async def a_mailbox_to_throw_away() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return await of(link, email="x@mailinator.com")


async def a_mailbox_to_throw_away_below_its_domain() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return await of(link, email="x@mine.mailinator.com")


async def a_mailbox_to_throw_away_for_a_partner() -> Outcome:
    link = await referrals.default_link_of(Owner.partner(ids.new_id()))
    return await of(link, email="x@mailinator.com")


async def same_device() -> Outcome:
    _, link = await a_referrer_at(HOME, agent=PHONE)
    return await of(link, address=HOME, agent=PHONE)


async def same_household() -> Outcome:
    _, link = await a_referrer_at(HOME, agent=PHONE)
    return await of(link, address=HOME, agent=LAPTOP)


async def same_household_by_another_address_of_its_network() -> Outcome:
    _, link = await a_referrer_at("2001:db8:1:2::10")
    return await of(link, address="2001:db8:1:2:ffff::99", agent=LAPTOP)


async def own_click_handed_on_and_a_mailbox_made_in_a_row() -> Outcome:
    _, link = await a_referrer_at(HOME, email="wang7@example.com")
    return await of(link, click_id=await clicked(link, address=HOME), email="wang8@example.com")


async def joined_faster_than_anybody_types() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return await of(link, click_id=await clicked(link, ago=timedelta(seconds=1)))


async def six_friends_in_an_hour() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return [await of(link) for _ in range(6)][-1]


async def the_first_of_many_once_the_others_are_there() -> Outcome:
    _, link = await a_referrer_at(HOME)
    first, *_ = [await of(link) for _ in range(6)]
    assert first is not None
    assert first.review is Review.CLEAR, "nobody could know"
    return await bought(first)


async def many_friends_in_a_day() -> Outcome:
    _, link = await a_referrer_at(HOME)
    now, found = clock.now(), None
    for number in range(21):
        with clock.frozen(now - timedelta(hours=20) + timedelta(minutes=55 * number)):
            found = await of(link)
    return found


async def four_friends_from_one_cafe() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return [await of(link, address=CAFE, agent=f"{LAPTOP} {number}") for number in range(4)][-1]


async def a_link_that_robots_click() -> Outcome:
    _, link = await a_referrer_at(HOME)
    robots = [a_click(link, arrival=Arrival.BOT) for _ in range(60)]
    await referrals.keep_clicks(ids.new_id(), robots)
    return await of(link)


async def a_link_that_one_machine_clicks_again_and_again() -> Outcome:
    _, link = await a_referrer_at(HOME)
    again = [a_click(link, ago=timedelta(seconds=seconds)) for seconds in range(80)]
    await referrals.keep_clicks(ids.new_id(), again)
    return await of(link)


async def a_friend_whose_device_meets_the_referrers_later() -> Outcome:
    owner, link = await a_referrer_at(HOME, agent=PHONE)
    email = "somebody@example.net"
    view = await brought(link, email=email)
    assert (view.owner, view.review) == (owner, Review.CLEAR)
    await sign_in(email, PASSWORD, Device(user_agent=PHONE, address=HOME))
    return await bought(view)


async def a_click_used_before() -> Outcome:
    _, link = await a_referrer_at(HOME)
    click_id = await clicked(link)
    await of(link, click_id=click_id)
    return await of(link, click_id=click_id)


async def a_click_id_that_was_made_up() -> Outcome:
    _, link = await a_referrer_at(HOME)
    real = await clicked(link)
    return await of(link, click_id=real[:-4] + "AAAA")


async def a_click_of_last_year() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return await of(link, click_id=await clicked(link, ago=timedelta(days=365)))


async def a_click_from_tomorrow() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return await of(link, click_id=tokens.write(id_made_at(clock.now() + timedelta(days=1)), link.id))


async def a_code_that_was_guessed() -> Outcome:
    return await of((await a_referrer())[1], click_id=None, code="guess-me-77")


async def a_member_who_was_brought_before() -> Outcome:
    _, first = await a_referrer_at(HOME)
    _, second = await a_referrer_at(CAFE)
    view = await brought(first)
    touch = Touch(id=ids.new_id(), kind=TouchKind.MEMBER_LINK, at=clock.now(), owner=second.owner, link_id=second.id)
    found = await referrals.consider(view.member_id, [touch])
    assert found is not None
    return None if found.owner == first.owner else found


async def a_member_of_old_who_takes_a_friends_code() -> Outcome:
    _, link = await a_referrer_at(HOME)
    old = await a_friend()
    with clock.frozen(clock.now() + timedelta(days=60)):
        touch = Touch(id=ids.new_id(), kind=TouchKind.MEMBER_LINK, at=clock.now(), owner=link.owner, link_id=link.id)
        return await referrals.consider(old.id, [touch])


async def an_order_that_is_refunded_after_the_reward() -> Outcome:
    _, link = await a_referrer_at(HOME)
    order_id = ids.new_id()
    await bought(await brought(link), order_id=order_id)
    return await referrals.take_back(order_id, reason="order_refunded")


REFUSED, ASKED, NOBODY, TAKEN_BACK = Review.REFUSED, Review.WAITING, None, Stage.REVERSED

SCENARIOS: dict[Scenario, tuple[Review | Stage | None, SignalCode | None]] = {
    signed_in_as_the_referrer: (REFUSED, SignalCode.ONESELF),
    same_mailbox_with_a_plus: (REFUSED, SignalCode.SAME_MAILBOX),
    same_mailbox_with_dots: (REFUSED, SignalCode.SAME_MAILBOX),
    same_mailbox_at_the_other_name_of_the_domain: (REFUSED, SignalCode.SAME_MAILBOX),
    mailboxes_made_in_a_row: (ASKED, SignalCode.LOOK_ALIKE_MAILBOX),
    a_mailbox_to_throw_away: (REFUSED, SignalCode.DISPOSABLE_MAILBOX),
    a_mailbox_to_throw_away_below_its_domain: (REFUSED, SignalCode.DISPOSABLE_MAILBOX),
    a_mailbox_to_throw_away_for_a_partner: (REFUSED, SignalCode.DISPOSABLE_MAILBOX),
    same_device: (ASKED, SignalCode.SAME_DEVICE),
    same_household: (ASKED, SignalCode.SAME_HOUSEHOLD),
    same_household_by_another_address_of_its_network: (ASKED, SignalCode.SAME_HOUSEHOLD),
    own_click_handed_on_and_a_mailbox_made_in_a_row: (ASKED, SignalCode.OWN_CLICK),
    joined_faster_than_anybody_types: (ASKED, SignalCode.TOO_QUICK),
    six_friends_in_an_hour: (ASKED, SignalCode.MANY_IN_AN_HOUR),
    the_first_of_many_once_the_others_are_there: (ASKED, SignalCode.MANY_IN_AN_HOUR),
    many_friends_in_a_day: (ASKED, SignalCode.MANY_IN_A_DAY),
    four_friends_from_one_cafe: (ASKED, SignalCode.MANY_FROM_ONE_ADDRESS),
    a_link_that_robots_click: (ASKED, SignalCode.NOISY_LINK),
    a_link_that_one_machine_clicks_again_and_again: (ASKED, SignalCode.NOISY_LINK),
    a_friend_whose_device_meets_the_referrers_later: (ASKED, SignalCode.SAME_DEVICE),
    a_click_used_before: (NOBODY, None),
    a_click_id_that_was_made_up: (NOBODY, None),
    a_click_of_last_year: (NOBODY, None),
    a_click_from_tomorrow: (NOBODY, None),
    a_code_that_was_guessed: (NOBODY, None),
    a_member_who_was_brought_before: (NOBODY, None),
    a_member_of_old_who_takes_a_friends_code: (NOBODY, None),
    an_order_that_is_refunded_after_the_reward: (TAKEN_BACK, None),
}


@pytest.fixture(scope="module")
def caught() -> Iterator[list[Scenario]]:
    """Those that were caught; at the end, how many of how many."""
    scenarios: list[Scenario] = []
    yield scenarios
    print(f"\nfraud: {len(scenarios)} of {len(SCENARIOS)} scenarios caught")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_nobody_is_rewarded_for_themselves(scenario: Scenario, caught: list[Scenario]) -> None:
    expected, signal = SCENARIOS[scenario]
    view = await scenario()
    if expected is NOBODY:
        assert view is None
    else:
        assert view is not None
        assert expected in (view.review, view.stage)
        assert signal is None or signal in {each.code for each in view.signals}
        await rewards_nobody(view)
    caught.append(scenario)


async def rewards_nobody(view: ReferralView) -> None:
    """An order and a month later nobody has anything."""
    await bought(view)
    with clock.frozen(clock.now() + timedelta(days=31)):
        await referrals.keep_due()
        if await members.by_ids([view.owner.id]):
            assert await points_of(view.owner.id) == (0, 0)
    types = {fact["type"] for fact in await announced(view.id)}
    assert "referral.rewarded" not in types
    assert ("referral.rejected" in types) is (view.review is Review.REFUSED)


async def a_colleague_by_another_device_in_another_place() -> Outcome:
    _, link = await a_referrer_at(HOME, email="lin@company.example")
    return await of(link, email="wu@company.example")


async def five_friends_at_a_party() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return [await of(link) for _ in range(5)][-1]


async def three_friends_in_one_cafe() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return [await of(link, address=CAFE, agent=f"{LAPTOP} {number}") for number in range(3)][-1]


async def a_popular_link_with_some_robots() -> Outcome:
    _, link = await a_referrer_at(HOME)
    visits = [a_click(link, address=f"192.0.2.{number}") for number in range(60)]
    await referrals.keep_clicks(ids.new_id(), [*visits, *(a_click(link, arrival=Arrival.BOT) for _ in range(60))])
    return await of(link)


async def a_code_read_aloud() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return await of(link, click_id=None, code=link.code.upper())


async def a_friend_who_clicked_at_the_referrers_home() -> Outcome:
    _, link = await a_referrer_at(HOME)
    return await of(link, click_id=await clicked(link, address=HOME))


@pytest.mark.parametrize(
    "scenario",
    [
        a_colleague_by_another_device_in_another_place,
        five_friends_at_a_party,
        three_friends_in_one_cafe,
        a_popular_link_with_some_robots,
        a_code_read_aloud,
        a_friend_who_clicked_at_the_referrers_home,
    ],
    ids=lambda scenario: scenario.__name__,
)
async def test_honest_friends_are_not_suspected(scenario: Scenario) -> None:
    view = await scenario()
    assert view is not None
    assert (view.review, view.stage) == (Review.CLEAR, Stage.SIGNED_UP)
    assert (await bought(view)).is_held


async def test_no_evidence_names_anybody() -> None:
    _, link = await a_referrer_at(HOME, email="lin1@example.com")
    view = await of(link, email="lin2@example.com", address=HOME, agent=PHONE)
    assert view is not None
    said = str([each.evidence for each in view.signals])
    assert len(view.signals) == 2
    assert "lin" not in said
    assert HOME not in said
    assert await queries.referral(view.id) == view
