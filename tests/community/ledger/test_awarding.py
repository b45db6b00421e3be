"""Awards: active, pending, of the past, repeated, raced, many at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from community import database as db
from community.kernel import clock
from community.ledger import service as ledger
from community.ledger.errors import CauseReused, InvalidAmount
from community.ledger.queries import BalanceView
from community.ledger.rules.transfers import LARGEST, Cause, Currency, TransferKind
from community.ledger.service import Award
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

pytestmark = pytest.mark.usefixtures("database")

NEXT_MARCH = datetime(2027, 4, 1, tzinfo=UTC)


@pytest.mark.usefixtures("frozen_clock")
async def test_what_is_awarded_can_be_spent_until_the_end_of_the_month_a_year_later() -> None:
    member = somebody()
    await give(member, 100)
    assert await balance(member) == BalanceView(points=100, expiring=100, expiring_at=NEXT_MARCH)


async def test_points_and_credits_are_kept_apart() -> None:
    member, cause = somebody(), a_cause("comment")
    points = await give(member, 5, cause=cause)
    status = await give(member, 2, cause=cause, currency=Currency.CREDITS)
    assert points.id != status.id
    had = await balance(member)
    assert (had.points, had.credits) == (5, 2)


async def test_credits_do_not_expire(frozen_clock: datetime) -> None:
    member = somebody()
    await give(member, 5, currency=Currency.CREDITS)
    with clock.frozen(frozen_clock + timedelta(days=4000)):
        assert (await balance(member)).credits == 5


async def test_the_same_cause_again_gives_nothing_and_returns_the_first_transfer() -> None:
    member, cause = somebody(), Cause("visit", "1", "v1")
    first = await give(member, 5, cause=cause)
    again = await give(member, 5, cause=Cause("visit", "1", "v2"))
    assert (again.id, again.cause.rule_version, first.is_repeat, again.is_repeat) == (first.id, "v1", False, True)
    assert (await balance(member)).points == 5
    assert len(await announced("points.awarded")) == 1


async def test_a_cause_cannot_be_used_for_something_else() -> None:
    member, cause = somebody(), a_cause()
    await give(member, 5, cause=cause)
    for attempt in (give(member, 6, cause=cause), give(somebody(), 5, cause=cause), spend(member, 5, cause)):
        with pytest.raises(CauseReused):
            await attempt
    assert (await balance(member)).points == 5
    assert await broken() == {}


async def test_one_cause_raced_is_one_transfer() -> None:
    member, cause = somebody(), a_cause()
    transfers = await crowd([partial(give, member, 5, cause=cause)] * 40)
    assert len({transfer.id for transfer in transfers}) == 1
    assert [transfer.is_repeat for transfer in transfers].count(False) == 1
    assert (await balance(member)).points == 5
    assert await broken() == {}


async def test_an_award_waits_for_no_other_that_is_not_committed_yet() -> None:
    first, second, end = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @db.transaction()
    async def held(given: asyncio.Event) -> None:
        await give(somebody(), 5)
        given.set()
        await end.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(held(first))
        await first.wait()
        tasks.create_task(held(second))
        await second.wait()
        end.set()
    assert await broken() == {}


@pytest.mark.parametrize("amount", [0, -5, LARGEST + 1, 10**30, 2.5])
async def test_amounts_that_are_none_are_refused(amount: int) -> None:
    with pytest.raises(InvalidAmount):
        await give(somebody(), amount)


async def test_a_balance_that_would_not_fit_is_refused_before_anything_is_written() -> None:
    member = somebody()
    await give(member, LARGEST)
    with pytest.raises(InvalidAmount):
        await give(member, 1)
    assert (await balance(member)).points == LARGEST
    assert await broken() == {}


async def test_ten_to_the_thirteenth_is_an_amount_like_any_other() -> None:
    member = somebody()
    await give(member, 10**13)
    assert (await balance(member)).points == 10**13


async def test_what_is_pending_is_shown_apart(frozen_clock: datetime) -> None:
    member = somebody()
    await give(member, 7, pending_for="order 1")
    await give(member, 3, pending_until=frozen_clock + timedelta(days=1))
    assert await balance(member) == BalanceView(pending=10)
    assert [fact["is_pending"] for fact in await announced("points.awarded")] == [True, True]


async def test_what_should_be_pending_until_a_time_that_has_passed_is_active(frozen_clock: datetime) -> None:
    member = somebody()
    long_ago = frozen_clock - timedelta(days=90)
    await give(member, 7, at=long_ago, pending_until=long_ago + timedelta(days=30))
    assert await balance(member) == BalanceView(points=7, expiring=7, expiring_at=datetime(2027, 2, 1, tzinfo=UTC))


async def test_an_old_award_that_has_expired_by_now_is_posted_together_with_its_expiry(frozen_clock: datetime) -> None:
    member = somebody()
    award = await give(member, 30, at=datetime(2024, 6, 15, tzinfo=UTC))
    assert await balance(member) == BalanceView()
    assert await remaining(award) == 0
    kinds = await db.fetch("select kind, effective_at, posted_at from ledger_transfer order by id")
    assert [tuple(row) for row in kinds] == [
        (TransferKind.AWARD, datetime(2024, 6, 15, tzinfo=UTC), frozen_clock),
        (TransferKind.EXPIRY, datetime(2025, 7, 1, tzinfo=UTC), frozen_clock),
    ]
    assert await broken() == {}


async def test_nothing_is_earned_in_the_future(frozen_clock: datetime) -> None:
    with pytest.raises(ValueError, match="future"):
        await give(somebody(), 1, at=frozen_clock + timedelta(seconds=1))


@pytest.mark.parametrize("kind", ["activation", "expiry", "reversal"])
async def test_the_ledgers_own_causes_are_not_for_others(kind: str) -> None:
    with pytest.raises(ValueError, match="ledger's own"):
        await give(somebody(), 1, cause=Cause(kind, "1"))


@pytest.mark.usefixtures("frozen_clock")
async def test_a_fact_says_who_earned_what_and_why() -> None:
    member = somebody()
    transfer = await give(member, 5, cause=Cause("order", "A-1"))
    assert await announced("points.awarded") == [
        {
            "member_id": str(member),
            "transfer_id": str(transfer.id),
            "currency": "points",
            "amount": 5,
            "cause_kind": "order",
            "cause_key": "A-1",
            "is_pending": False,
            "expires_at": NEXT_MARCH.isoformat(),
        }
    ]


@pytest.mark.usefixtures("frozen_clock")
async def test_many_awards_take_as_many_statements_as_one() -> None:
    members = [somebody() for _ in range(20)]
    await ledger.award_many([an_award(member, 5) for member in members])
    with db.counting_statements() as of_one:
        await give(members[0], 5)
    with db.counting_statements() as of_many:
        transfers = await ledger.award_many([an_award(member, 5) for member in members for _ in range(10)])
    assert of_one.count == of_many.count == 3
    assert len({transfer.id for transfer in transfers}) == 200
    assert {(await balance(member)).points for member in members[1:]} == {55}
    assert await broken() == {}


async def test_many_awards_keep_the_promises_of_one(frozen_clock: datetime) -> None:
    member, cause = somebody(), a_cause()
    known = await give(member, 5, cause=cause)
    new = Award(member_id=member, currency=Currency.POINTS, amount=7, cause=a_cause(), at=frozen_clock)
    old = Award(
        member_id=member, currency=Currency.POINTS, amount=9, cause=a_cause(), at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    repeat = Award(member_id=member, currency=Currency.POINTS, amount=5, cause=cause)
    transfers = await ledger.award_many([repeat, new, new, old])
    assert [transfer.is_repeat for transfer in transfers] == [True, False, True, False]
    assert (transfers[0].id, transfers[1].id) == (known.id, transfers[2].id)
    assert (await balance(member)).points == 12
    assert await broken() == {}


async def test_one_bad_award_among_many_leaves_nothing_behind() -> None:
    member, cause = somebody(), a_cause()
    await give(member, 5, cause=cause)
    with pytest.raises(CauseReused):
        await ledger.award_many(
            [an_award(member, 5), Award(member_id=member, currency=Currency.POINTS, amount=6, cause=cause)]
        )
    assert (await balance(member)).points == 5


async def test_batches_that_overlap_give_each_cause_once() -> None:
    members = [somebody() for _ in range(8)]
    awards = [an_award(member, 5) for member in members for _ in range(4)]
    batches = [awards, awards[::-1], awards[8:24], awards[4:12]]
    await crowd(partial(ledger.award_many, batch) for batch in batches)
    assert {(await balance(member)).points for member in members} == {20}
    assert await broken() == {}


async def test_no_award_is_no_work() -> None:
    assert await ledger.award_many([]) == []
