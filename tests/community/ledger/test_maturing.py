"""What time and events do to lots: pending becomes active, active expires, each once."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from community import database as db
from community.kernel import clock
from community.ledger import jobs
from community.ledger import service as ledger
from community.ledger.queries import BalanceView
from tests.community.ledger.awards import announced, balance, broken, crowd, give, remaining, somebody, spend

pytestmark = pytest.mark.usefixtures("database")

DAY = timedelta(days=1)


@pytest.mark.usefixtures("frozen_clock")
async def test_an_event_activates_what_waits_for_it_and_nothing_else() -> None:
    ann, bob = somebody(), somebody()
    await give(ann, 100, pending_for="first order of Ann")
    await give(bob, 100, pending_for="first order of Ann")
    await give(ann, 7, pending_for="first order of Bob")
    assert await ledger.activate("first order of Ann") == 2
    assert await balance(ann) == BalanceView(
        points=100, pending=7, expiring=100, expiring_at=datetime(2027, 4, 1, tzinfo=UTC)
    )
    assert {fact["member_id"] for fact in await announced("points.activated")} == {str(ann), str(bob)}
    assert await broken() == {}


async def test_the_life_of_points_begins_when_they_become_active(frozen_clock: datetime) -> None:
    member = somebody()
    await give(member, 1, pending_for="order")
    with clock.frozen(frozen_clock + 100 * DAY):
        await ledger.activate("order")
        assert (await balance(member)).expiring_at == datetime(2027, 7, 1, tzinfo=UTC)


async def test_the_same_event_again_does_nothing() -> None:
    member = somebody()
    await give(member, 100, pending_for="order")
    assert [await ledger.activate("order"), await ledger.activate("order"), await ledger.activate("other")] == [1, 0, 0]
    assert (await balance(member)).points == 100


async def test_an_event_raced_activates_once() -> None:
    member = somebody()
    await give(member, 100, pending_for="order")
    assert sum(await crowd([partial(ledger.activate, "order")] * 12)) == 1
    assert (await balance(member)).points == 100
    assert await broken() == {}


async def test_after_an_event_points_may_be_held_some_time_more(frozen_clock: datetime) -> None:
    member = somebody()
    await give(member, 100, pending_for="first order")
    assert await ledger.activate("first order", held_until=frozen_clock + 30 * DAY) == 1
    assert await ledger.activate("first order") == 0
    assert await balance(member) == BalanceView(pending=100)
    with clock.frozen(frozen_clock + 30 * DAY):
        await ledger.settle_due()
        assert await balance(member) == BalanceView(
            points=100, expiring=100, expiring_at=datetime(2027, 5, 1, tzinfo=UTC)
        )
        assert await broken() == {}


async def test_what_is_due_is_settled_and_a_second_time_finds_nothing(frozen_clock: datetime) -> None:
    member = somebody()
    await give(member, 5, pending_until=frozen_clock + DAY)
    await give(member, 3, until=frozen_clock + DAY)
    await give(member, 2, until=frozen_clock + 2 * DAY)
    assert await ledger.settle_due() == 0
    with clock.frozen(frozen_clock + DAY):
        before = await balance(member)
        assert [await ledger.settle_due(), await ledger.settle_due()] == [2, 0]
        assert before == await balance(member)
        assert (before.points, before.pending) == (7, 0)
    assert [fact["amount"] for fact in await announced("points.expired")] == [3]
    assert await broken() == {}


async def test_expiry_never_takes_what_is_gone(frozen_clock: datetime) -> None:
    member = somebody()
    lot = await give(member, 10, until=frozen_clock + DAY)
    await give(member, 10)
    await spend(member, 8)
    with clock.frozen(frozen_clock + DAY):
        await ledger.settle_due()
        assert (await balance(member)).points == 10
    assert await remaining(lot) == 0
    assert [fact["amount"] for fact in await announced("points.expired")] == [2]


async def test_what_ripened_and_expired_while_nobody_came_by_does_both(frozen_clock: datetime) -> None:
    member = somebody()
    await give(member, 10, pending_until=frozen_clock + DAY, until=frozen_clock + 2 * DAY)
    with clock.frozen(frozen_clock + 3 * DAY):
        assert await balance(member) == BalanceView()
        await ledger.settle_due()
        assert await balance(member) == BalanceView()
    assert len(await announced("points.activated")) == len(await announced("points.expired")) == 1
    assert await broken() == {}


async def test_an_expiry_counts_from_its_instant_whenever_it_is_written(frozen_clock: datetime) -> None:
    await give(somebody(), 10, until=frozen_clock + DAY)
    with clock.frozen(frozen_clock + 9 * DAY):
        await ledger.settle_due()
    expiry = await db.fetch_one("select effective_at, posted_at from ledger_transfer where kind = 'expiry'")
    assert expiry
    assert tuple(expiry) == (frozen_clock + DAY, frozen_clock + 9 * DAY)


async def test_spending_and_settling_at_once_expire_a_lot_once(frozen_clock: datetime) -> None:
    member = somebody()
    await give(member, 10, until=frozen_clock + DAY)
    await give(member, 10)
    with clock.frozen(frozen_clock + DAY):
        await crowd([partial(spend, member, 1)] * 10 + [ledger.settle_due] * 10)
        assert (await balance(member)).points == 0
    assert [fact["amount"] for fact in await announced("points.expired")] == [10]
    assert await broken() == {}


async def test_the_clockwork_goes_on_until_nothing_is_due(frozen_clock: datetime) -> None:
    awards = [await give(somebody(), 1, until=frozen_clock + DAY) for _ in range(5)]
    with clock.frozen(frozen_clock + DAY):
        assert await ledger.settle_due(limit=2) == 2
        await jobs.settle_due.work()
    assert [await remaining(award) for award in awards] == [0] * 5
