"""Builders for tests of referrals: links, clicks, friends who come by them, orders that qualify."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from community.access.policy import Actor
from community.access.service import Device
from community.kernel import clock, ids
from community.ledger import queries as ledger
from community.members import service as members
from community.members.queries import MemberView
from community.members.rules import Source
from community.referrals import queries, tokens, traces
from community.referrals import service as referrals
from community.referrals.queries import LinkView, ReferralView
from community.referrals.rules.clicks import Arrival, Click
from community.referrals.rules.owners import Owner
from community.referrals.rules.programme import FIRST_ORDER
from tests.announcements import everything_is_heard
from tests.factories import PASSWORD, a_member

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile Safari/604.1"
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"

_numbers = count(1)


async def a_referrer() -> tuple[Actor, LinkView]:
    """A member with their main link."""
    actor = await a_member()
    return actor, await link_of(actor)


async def link_of(actor: Actor) -> LinkView:
    """The main link of a member."""
    assert actor.member_id
    return await referrals.default_link_of(Owner.member(actor.member_id), actor=actor)


def a_click(
    link: LinkView,
    *,
    arrival: Arrival = Arrival.VISIT,
    address: str = "198.51.100.7",
    agent: str = PHONE,
    ago: timedelta = timedelta(minutes=5),
) -> Click:
    """Somebody followed a link some minutes ago. Click ids say when they were made, so this one is made then."""
    at = clock.now() - ago
    found = traces.traces_of(address, agent, at) if arrival is Arrival.VISIT else None
    return Click(
        id=id_made_at(at),
        link_id=link.id,
        arrival=arrival,
        at=at,
        visitor=found and found.visitor,
        household=found and found.household,
    )


def id_made_at(at: datetime) -> UUID:
    """An id of ours as it would have been made then."""
    return UUID(int=int(at.timestamp() * 1000) << 80 | ids.new_id().int & ((1 << 80) - 1))


async def clicked(link: LinkView, **how: Any) -> str:
    """A click that is written down; the click id that was handed over."""
    click = a_click(link, **how)
    await referrals.keep_clicks(ids.new_id(), [click])
    return tokens.write(click.id, click.link_id)


async def a_friend(
    *, email: str | None = None, address: str | None = None, agent: str = LAPTOP, **source: Any
) -> MemberView:
    """Somebody who joins as the source says, from an address and a device of their own unless the test says so."""
    number = next(_numbers)
    joined = await members.join(
        email=email or f"{_name(number)}@example.org",
        password=PASSWORD,
        handle=f"friend{number}",
        display_name="朋友",
        device=Device(user_agent=agent, address=address or f"203.0.{number // 250}.{number % 250 + 1}"),
        source=Source(**source),
    )
    return joined.member


async def brought(link: LinkView, *, ago: timedelta = timedelta(minutes=5), **how: Any) -> ReferralView:
    """A friend who came by a link some time ago, and what was made of that."""
    friend = await a_friend(click_id=await clicked(link, ago=ago), **how)
    return await bound(friend)


async def bound(friend: MemberView) -> ReferralView:
    """What was made of how a friend came."""
    await referrals.bind_joined(friend.id)
    view = await queries.referral_of(friend.id)
    assert view is not None
    return view


async def bought(view: ReferralView, *, order_id: UUID | None = None, amount: int = 50_000) -> ReferralView:
    """The friend's first order was paid."""
    found = await referrals.qualify(view.member_id, FIRST_ORDER, by=order_id or ids.new_id(), amount=amount)
    assert found is not None
    return found


async def again(view: ReferralView) -> ReferralView:
    """The referral as it is now."""
    found = await queries.referral(view.id)
    assert found is not None
    return found


async def points_of(member_id: UUID | None) -> tuple[int, int]:
    """What a member can spend now, and what is held."""
    assert member_id is not None
    balance = (await ledger.balances_of([member_id], clock.now()))[member_id]
    return balance.points, balance.pending


async def all_is_heard(times: int = 1) -> None:
    """Let referrals hear everything."""
    await everything_is_heard(by="referrals", times=times)


def _name(number: int) -> str:
    """A mailbox that looks like no other: letters only."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:05d}") + "xyz"
