"""Who brought a member: what they came with is judged once, kept whole, and bound for ever."""

import asyncio
from datetime import timedelta

import pytest

from community import database
from community.access.policy import SYSTEM, Role
from community.kernel import clock, ids
from community.kernel.errors import Forbidden
from community.kernel.pages import PageRequest
from community.members import queries as members
from community.members.rules import Source
from community.referrals import queries, tokens
from community.referrals import service as referrals
from community.referrals.rules.attribution import Touch, Verdict
from community.referrals.rules.owners import Owner, OwnerKind
from community.referrals.rules.programme import TouchKind
from community.referrals.rules.stages import Stage
from community.referrals.service import LinkPlan, Origin
from tests.announcements import announced
from tests.community.referrals.friends import a_friend, a_referrer, all_is_heard, bound, brought, clicked
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def log_of(member_id) -> list[Verdict]:
    page = await queries.touches_of(SYSTEM, member_id, PageRequest())
    return sorted(touch.verdict for touch in page.items)


async def test_a_friend_who_comes_by_a_link_is_bound_to_its_owner() -> None:
    mei, _ = await a_referrer()
    link = await referrals.create_link(mei, LinkPlan(sub_source="ig", campaign="spring"))
    friend = await a_friend(click_id=await clicked(link), source="instagram")
    view = await bound(friend)
    assert (view.owner, view.link_id, view.stage) == (Owner.member(mei.member_id), link.id, Stage.SIGNED_UP)
    assert (view.source, view.campaign) == ("ig", "spring")
    fact = (await announced(view.id))[0]
    assert (fact["type"], fact["member_id"], fact["source"], fact["campaign"]) == (
        "member.referred",
        str(friend.id),
        "ig",
        "spring",
    )


async def test_joining_says_from_which_source_and_campaign_and_nothing_personal() -> None:
    friend = await a_friend(source="Line App", campaign="Spring-2026", medium="mei@example.com")
    fact = (await announced(friend.id))[0]
    assert (fact["type"], fact["source"], fact["campaign"]) == ("member.joined", "line-app", "spring-2026")
    mangled = await a_friend(source="mei@example.com", campaign="x" * 70, click_id="<script>", code="\u200b")
    fact = (await announced(mangled.id))[0]
    assert (fact["source"], fact["campaign"]) == (None, None)
    assert await members.source_of(mangled.id) is None
    assert await members.source_of(friend.id) == Source(
        source="line-app", campaign="spring-2026", medium="mei@example.com"
    )


async def test_hearing_it_again_or_at_once_decides_once() -> None:
    _, link = await a_referrer()
    friend = await a_friend(click_id=await clicked(link))
    views = await asyncio.gather(*[referrals.bind_joined(friend.id) for _ in range(5)])
    assert len({view.id for view in views if view}) == 1
    await all_is_heard(times=2)
    assert await log_of(friend.id) == [Verdict.WON]


async def test_a_click_brings_one_member_even_when_two_show_it_at_once() -> None:
    _, link = await a_referrer()
    click_id = await clicked(link)
    friends = [await a_friend(click_id=click_id) for _ in range(4)]
    await asyncio.gather(*[referrals.bind_joined(friend.id) for friend in friends])
    verdicts = sorted([await log_of(friend.id) for friend in friends])
    assert verdicts == [[Verdict.REPLAYED]] * 3 + [[Verdict.WON]]


async def test_a_click_id_works_before_its_click_is_written_down() -> None:
    _, link = await a_referrer()
    friend = await a_friend(click_id=tokens.write(ids.new_id(), link.id))
    assert (await bound(friend)).link_id == link.id


@pytest.mark.parametrize("made_up", ["A" * 59, "hello", ""])
async def test_a_click_id_that_was_made_up_brings_nobody(made_up: str) -> None:
    friend = await a_friend(click_id=made_up, source="x")
    assert await referrals.bind_joined(friend.id) is None
    assert await log_of(friend.id) == ([Verdict.FORGED] if made_up else [])


async def test_a_click_of_a_link_that_is_not_ours_brings_nobody() -> None:
    friend = await a_friend(click_id=tokens.write(ids.new_id(), ids.new_id()))
    assert await referrals.bind_joined(friend.id) is None
    assert await log_of(friend.id) == [Verdict.FORGED]


async def test_a_click_too_long_ago_brings_nobody() -> None:
    _, link = await a_referrer()
    friend = await a_friend(click_id=await clicked(link, ago=timedelta(days=91)))
    assert await referrals.bind_joined(friend.id) is None
    assert await log_of(friend.id) == [Verdict.EXPIRED]


async def test_a_code_that_was_typed_counts_in_any_spelling_unless_it_ended() -> None:
    mei, _ = await a_referrer()
    link = await referrals.create_link(mei, LinkPlan(code="Book-Club", ends_at=clock.now() + timedelta(days=1)))
    friend, late = await a_friend(code="b00kclub"), None
    assert (await bound(friend)).link_id == link.id
    with clock.frozen(clock.now() + timedelta(days=2)):
        late = await a_friend(code="book-club")
        assert await referrals.bind_joined(late.id) is None
    stranger = await a_friend(code="nobody-has-this")
    assert await referrals.bind_joined(stranger.id) is None
    assert (await log_of(late.id), await log_of(stranger.id)) == ([Verdict.ENDED], [Verdict.UNKNOWN])


async def test_every_touch_is_kept_and_the_last_one_wins() -> None:
    _, first = await a_referrer()
    eve, last = await a_referrer()
    earlier = [await clicked(first, ago=timedelta(days=days)) for days in (9, 5)]
    friend = await a_friend(
        click_id=await clicked(last), earlier_click_ids=tuple(earlier), campaign="spring", code="unknown-one"
    )
    assert (await bound(friend)).owner.id == eve.member_id
    assert await log_of(friend.id) == sorted(
        [Verdict.NOT_LAST, Verdict.NOT_LAST, Verdict.OUTRANKED, Verdict.UNKNOWN, Verdict.WON]
    )


async def test_a_partners_link_binds_to_the_partner() -> None:
    partner = Owner.partner(ids.new_id())
    link = await referrals.create_link_for(partner, LinkPlan(sub_source="blog"))
    view = await brought(link)
    assert (view.owner, view.touch_kind) == (partner, TouchKind.PARTNER_LINK)
    assert view.owner.kind is OwnerKind.PARTNER


async def test_what_comes_later_is_kept_and_changes_nothing() -> None:
    _, link = await a_referrer()
    view = await brought(link)
    coupon = Touch(id=ids.new_id(), kind=TouchKind.COUPON, at=clock.now(), owner=Owner.partner(ids.new_id()), code="X5")
    again = await referrals.consider(view.member_id, [coupon])
    assert again == view
    assert await log_of(view.member_id) == [Verdict.BOUND_BEFORE, Verdict.WON]


async def test_a_coupon_binds_whom_nobody_brought_while_they_are_new() -> None:
    partner = Owner.partner(ids.new_id())
    friend, old = await a_friend(), await a_friend()
    coupon = Touch(id=ids.new_id(), kind=TouchKind.COUPON, at=clock.now(), owner=partner, code="X5")
    view = await referrals.consider(friend.id, [coupon], Origin(source="shop"))
    assert view is not None
    assert (view.owner, view.source) == (partner, "shop")
    with clock.frozen(clock.now() + timedelta(days=31)):
        late = Touch(id=ids.new_id(), kind=TouchKind.COUPON, at=clock.now(), owner=partner, code="X5")
        assert await referrals.consider(old.id, [late]) is None


async def test_who_brought_somebody_is_told_to_the_friend_unless_the_link_hides_it() -> None:
    mei, link = await a_referrer()
    hidden = await referrals.create_link(mei, LinkPlan(shows_owner=False))
    one, other = await brought(link), await brought(hidden)
    assert await queries.named_referrer_of(one.member_id) == mei.member_id
    assert await queries.named_referrer_of(other.member_id) is None


async def test_the_log_is_for_trusted_staff() -> None:
    _, link = await a_referrer()
    view = await brought(link)
    with pytest.raises(Forbidden):
        await queries.touches_of(await a_member(), view.member_id, PageRequest())
    analyst = await a_member(roles=frozenset({Role.ANALYST}))
    assert len((await queries.touches_of(analyst, view.member_id, PageRequest())).items) == 1


async def test_no_address_is_kept_beside_a_referral() -> None:
    _, link = await a_referrer()
    await brought(link, address="198.51.100.77")
    rows = await database.fetch(
        "select r::text as said from referrals_referral r union all select c::text from referrals_click c"
    )
    assert rows
    assert not any("198.51.100" in row["said"] for row in rows)
