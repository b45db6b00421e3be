"""Links: made, the main one at the first ask, disabled; who may, and what is refused."""

import asyncio
from datetime import timedelta

import pytest

from community.access.policy import ANONYMOUS, Role
from community.kernel import clock, ids
from community.kernel.errors import NotFound, Unauthenticated
from community.kernel.pages import PageRequest
from community.referrals import errors, queries
from community.referrals import service as referrals
from community.referrals.rules.owners import Owner
from community.referrals.service import LinkPlan
from community.referrals.service.links import MOST_LINKS
from tests.announcements import announced
from tests.community.referrals.friends import a_referrer, link_of
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_the_main_link_is_made_at_the_first_ask_and_once_even_when_raced() -> None:
    mei = await a_member()
    links = await asyncio.gather(*[link_of(mei) for _ in range(6)])
    assert len({link.id for link in links}) == 1
    assert links[0].is_default
    assert [fact["type"] for fact in await announced(links[0].id)] == ["referral_link.created"]
    with pytest.raises(Unauthenticated):
        await referrals.create_link(ANONYMOUS, LinkPlan())


async def test_a_link_is_found_by_every_spelling_of_its_code() -> None:
    mei = await a_member()
    link = await referrals.create_link(mei, LinkPlan(code="Book-Club", label="讀書會", sub_source="ig"))
    assert (await queries.links_by_codes(["B00KCLUB"])).popitem()[1] == link
    page = await queries.links_of(Owner.member(mei.member_id), PageRequest())
    assert [each.code for each in page.items] == ["Book-Club"]


async def test_a_code_or_one_that_looks_like_it_is_taken_once_also_after_it_was_disabled() -> None:
    mei, eve = await a_member(), await a_member()
    made = await asyncio.gather(
        *[referrals.create_link(mei, LinkPlan(code=code)) for code in ("coool", "c00ol", "co0Ol")],
        return_exceptions=True,
    )
    link = next(each for each in made if isinstance(each, queries.LinkView))
    assert [type(each) for each in made if each is not link] == [errors.ReferralCodeTaken] * 2
    await referrals.disable_link(mei, link.id)
    with pytest.raises(errors.ReferralCodeTaken):
        await referrals.create_link(eve, LinkPlan(code="COOOL"))


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (LinkPlan(code="hourglass"), errors.InvalidReferralCode),
        (LinkPlan(target="https://evil.example"), errors.TargetNotAllowed),
        (LinkPlan(label="x" * 81), errors.InvalidLink),
        (LinkPlan(label="a\u202eb"), errors.InvalidLink),
        (LinkPlan(sub_source="mail to: me"), errors.InvalidLink),
        (LinkPlan(campaign="x" * 41), errors.InvalidLink),
        (LinkPlan(ends_at=clock.now() - timedelta(seconds=1)), errors.InvalidLink),
    ],
)
async def test_a_link_that_cannot_be_is_refused(plan: LinkPlan, error: type[Exception]) -> None:
    with pytest.raises(error):
        await referrals.create_link(await a_member(), plan)


async def test_a_member_has_so_many_links_even_when_raced() -> None:
    mei = await a_member()
    most = MOST_LINKS[Owner.member(ids.new_id()).kind]
    made = await asyncio.gather(
        *[referrals.create_link(mei, LinkPlan()) for _ in range(most + 3)], return_exceptions=True
    )
    refused = [each for each in made if isinstance(each, errors.TooManyLinks)]
    assert len(refused) == 3


async def test_a_link_is_disabled_by_its_owner_or_staff_once_and_the_main_one_stays() -> None:
    mei, main = await a_referrer()
    eve, moderator = await a_member(), await a_member(roles=frozenset({Role.MODERATOR}))
    link = await referrals.create_link(mei, LinkPlan())
    with pytest.raises(NotFound):
        await referrals.disable_link(eve, link.id)
    first = await referrals.disable_link(mei, link.id)
    assert await referrals.disable_link(moderator, link.id) == first
    assert not first.is_open(clock.now())
    assert [fact["type"] for fact in await announced(link.id)] == ["referral_link.created", "referral_link.disabled"]
    with pytest.raises(errors.DefaultLinkStays):
        await referrals.disable_link(mei, main.id)
    assert (await referrals.disable_link(moderator, main.id)).disabled_at


async def test_only_the_owner_and_trusted_staff_see_a_link() -> None:
    mei, link = await a_referrer()
    eve, analyst = await a_member(), await a_member(roles=frozenset({Role.ANALYST}))
    seen = [(await queries.links_seen_by(actor, [link.id]))[0] for actor in (mei, eve, ANONYMOUS, analyst)]
    assert seen == [link, None, None, link]
