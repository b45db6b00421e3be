"""Passes that are bought like anything else: what they open, and what a refund takes back."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from community.access.policy import SYSTEM, Actor
from community.entitlements import queries as entitlements
from community.kernel import clock
from community.orders import service as orders
from tests.community.orders.purchases import a_draft, a_line, buys, refunds
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

PREMIUM, LOUNGE = "articles.premium", "lounge"
PASS, ROOM = "pass.articles.30d", "pass.lounge.30d"
DAY = timedelta(days=1)


def of(actor: Actor) -> UUID:
    assert actor.member_id
    return actor.member_id


async def holds(actor: Actor, feature: str = PREMIUM) -> bool:
    return await entitlements.can(of(actor), feature)


async def until(actor: Actor) -> datetime | None:
    now = clock.now()
    right = (await entitlements.rights_of([of(actor)], now))[of(actor)].right(PREMIUM, now)
    return right.ends_at if right else None


async def test_a_bought_pass_is_open_in_the_same_instant(frozen_clock: datetime) -> None:
    member = await a_member()
    await buys(member, 900, lines=(a_line(900, sku=PASS), a_line(500, sku="coffee")))
    assert await until(member) == frozen_clock + 30 * DAY
    assert not await holds(member, LOUNGE)


async def test_the_same_order_again_opens_nothing_more(frozen_clock: datetime) -> None:
    member = await a_member()
    draft = a_draft(member, 900, lines=(a_line(900, sku=PASS),))
    await asyncio.gather(*(orders.record(SYSTEM, draft) for _ in range(10)))
    assert await until(member) == frozen_clock + 30 * DAY


async def test_two_passes_of_one_line_and_one_of_another_order_add_up(frozen_clock: datetime) -> None:
    member = await a_member()
    await buys(member, lines=(a_line(900, sku=PASS, quantity=2),))
    await buys(member, lines=(a_line(900, sku=PASS),))
    assert await until(member) == frozen_clock + 90 * DAY


async def test_a_refund_of_the_whole_order_takes_back_all_it_opened() -> None:
    member = await a_member()
    order = await buys(member, lines=(a_line(900, sku=PASS), a_line(2_900, sku=ROOM)))
    assert await holds(member, LOUNGE)
    await refunds(order)
    assert not await holds(member)
    assert not await holds(member, LOUNGE)


async def test_a_refund_of_some_money_takes_nothing_back_until_it_is_all_of_it() -> None:
    member = await a_member()
    order = await buys(member, lines=(a_line(900, sku=PASS),))
    await refunds(order, 400)
    assert await holds(member)
    await refunds(order, 500)
    assert not await holds(member)


async def test_a_returned_line_closes_what_that_line_opened() -> None:
    member = await a_member()
    order = await buys(member, lines=(a_line(900, sku=PASS), a_line(2_900, sku=ROOM)))
    await refunds(order, returns={2: 1})
    assert await holds(member)
    assert not await holds(member, LOUNGE)


async def test_a_line_is_taken_back_when_the_last_of_it_is_returned() -> None:
    member = await a_member()
    order = await buys(member, lines=(a_line(900, sku=PASS, quantity=2), a_line(100, sku="coffee")))
    await refunds(order, returns={1: 1})
    assert await holds(member)
    await refunds(order, returns={1: 1})
    assert not await holds(member)
