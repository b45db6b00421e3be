"""Spending: which points it takes, what it refuses, and that it happens once."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest

from community import database as db
from community.access.policy import SYSTEM
from community.kernel import clock
from community.ledger import service as ledger
from community.ledger.errors import CauseReused, InsufficientPoints, InvalidAmount
from community.ledger.queries import BalanceView
from community.ledger.rules.expiry import FOR_EVER
from community.ledger.rules.transfers import Currency
from community.members import service as members
from community.members.errors import MayNotSpend
from community.members.rules import Ability
from tests.community.ledger.awards import (
    a_cause,
    an_award,
    announced,
    balance,
    broken,
    crowd,
    give,
    remaining,
    somebody,
    spend,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_spending_takes_the_soonest_expiring_points_first(frozen_clock: datetime) -> None:
    member = somebody()
    late, never, soon = (
        await give(member, 10, until=frozen_clock + timedelta(days=30)),
        await give(member, 10, until=datetime.max.replace(tzinfo=frozen_clock.tzinfo)),
        await give(member, 10, until=frozen_clock + timedelta(days=3)),
    )
    await spend(member, 15)
    assert [await remaining(lot) for lot in (soon, late, never)] == [0, 5, 10]


@pytest.mark.usefixtures("frozen_clock")
async def test_points_that_never_expire_are_spent_last() -> None:
    member = somebody()
    never = await give(member, 10, lifetime=FOR_EVER)
    ends = await give(member, 10)
    await spend(member, 10)
    assert [await remaining(lot) for lot in (never, ends)] == [10, 0]


async def test_more_than_there_is_cannot_be_spent() -> None:
    member = somebody()
    await give(member, 50)
    with pytest.raises(InsufficientPoints) as refused:
        await spend(member, 99)
    assert refused.value.data == {"balance": 50, "needed": 99}
    assert (await balance(member)).points == 50
    assert await announced("points.spent") == []


async def test_who_has_nothing_can_spend_nothing() -> None:
    with pytest.raises(InsufficientPoints) as refused:
        await spend(somebody(), 1)
    assert refused.value.balance == 0


async def test_neither_pending_points_nor_credits_can_be_spent() -> None:
    member = somebody()
    await give(member, 50, pending_for="order")
    await give(member, 50, currency=Currency.CREDITS)
    with pytest.raises(InsufficientPoints):
        await spend(member, 1)


async def test_points_cannot_be_spent_once_they_have_expired_though_nobody_came_by_to_write_it(
    frozen_clock: datetime,
) -> None:
    member = somebody()
    await give(member, 60, until=frozen_clock + timedelta(days=1))
    await give(member, 50, until=frozen_clock + timedelta(days=9))
    with clock.frozen(frozen_clock + timedelta(days=1)):
        assert (await balance(member)).points == 50
        with pytest.raises(InsufficientPoints) as refused:
            await spend(member, 51)
        assert refused.value.balance == 50
        await spend(member, 50)
        assert [fact["amount"] for fact in await announced("points.expired")] == [60]
        assert await broken() == {}


async def test_pending_points_can_be_spent_from_their_instant_on_though_nobody_came_by_to_write_it(
    frozen_clock: datetime,
) -> None:
    member = somebody()
    await give(member, 50, pending_until=frozen_clock + timedelta(days=1))
    with clock.frozen(frozen_clock + timedelta(days=1)):
        assert (await balance(member)).points == 50
        await spend(member, 50)
        assert (await balance(member)) == BalanceView()
        assert [fact["amount"] for fact in await announced("points.activated")] == [50]
        assert await broken() == {}


async def test_the_same_cause_again_takes_nothing_more() -> None:
    member, cause = somebody(), a_cause()
    await give(member, 50)
    first, again = await spend(member, 30, cause), await spend(member, 30, cause)
    assert (again.id, again.is_repeat) == (first.id, True)
    assert (await balance(member)).points == 20
    assert len(await announced("points.spent")) == 1
    with pytest.raises(CauseReused):
        await spend(member, 20, cause)


async def test_an_amount_is_needed() -> None:
    with pytest.raises(InvalidAmount):
        await spend(somebody(), 0)


async def test_a_member_who_may_not_spend_keeps_their_points() -> None:
    member = (await a_member()).member_id
    assert member
    await give(member, 50)
    await members.restrict(SYSTEM, member, Ability.SPEND, reason="fraud")
    with pytest.raises(MayNotSpend):
        await spend(member, 1)
    assert (await balance(member)).points == 50


async def test_two_hundred_spends_of_ten_from_a_hundred_are_ten() -> None:
    member = somebody()
    for _ in range(4):
        await give(member, 25)
    results = await crowd([partial(spend, member, 10)] * 200)
    assert sum(isinstance(result, InsufficientPoints) for result in results) == 190
    assert (await balance(member)).points == 0
    assert await broken() == {}


async def test_who_hangs_up_has_spent_once_or_not_at_all() -> None:
    member = somebody()
    await give(member, 100)
    tasks = [asyncio.create_task(spend(member, 1)) for _ in range(60)]
    for turns, task in enumerate(tasks):
        for _ in range(turns % 12):
            await asyncio.sleep(0)
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    await db.drain()
    assert sum(isinstance(result, asyncio.CancelledError) for result in results) > 0, "everybody was too late"
    spent = await db.fetch_value("select count(*) from ledger_transfer where kind = 'spend'")
    assert (await balance(member)).points == 100 - spent
    assert len(await announced("points.spent")) == spent
    assert await broken() == {}


async def test_members_who_meet_at_the_same_accounts_do_not_block_each_other_for_ever() -> None:
    everybody = [somebody() for _ in range(40)]
    await ledger.award_many([an_award(member, 10) for member in everybody])
    results = await crowd(
        [partial(spend, member, 10) for member in everybody] + [partial(give, member, 1) for member in everybody[::-1]]
    )
    assert [result for result in results if isinstance(result, BaseException)] == []
    assert {(await balance(member)).points for member in everybody} == {1}
    assert await broken() == {}


async def test_a_spend_takes_five_statements() -> None:
    member = somebody()
    for _ in range(5):
        await give(member, 10)
    await spend(member, 1)
    with db.counting_statements() as statements:
        await spend(member, 45)
    assert statements.count == 5
