"""Reversals: exactly what was given, once, never below zero; and spends given back."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from community import database as db
from community.kernel import clock
from community.ledger import service as ledger
from community.ledger.errors import CauseReused, InvalidAmount, NothingToReverse, ReversalTooLarge
from community.ledger.queries import BalanceView, ReversalView
from community.ledger.rules.transfers import Cause, Currency
from tests.community.ledger.awards import a_cause, announced, balance, broken, crowd, give, remaining, somebody, spend

pytestmark = pytest.mark.usefixtures("database")

DAY = timedelta(days=1)


async def undo(cause: Cause) -> ReversalView:
    """Reverse what moved points."""
    (reversal,) = await ledger.reverse(cause, reason="post removed")
    return reversal


async def undo_part(cause: Cause, amount: int, part: str) -> ReversalView:
    return await ledger.reverse_part(Currency.POINTS, cause, amount, part=part, reason="refund")


def figures(reversal: ReversalView) -> tuple[int, int, int]:
    return reversal.taken, reversal.expired, reversal.short


async def test_a_reversal_takes_back_what_was_given_from_the_same_lot() -> None:
    member, cause = somebody(), a_cause("post")
    await give(member, 10)
    wrong = await give(member, 30, cause=cause)
    assert figures(await undo(cause)) == (30, 0, 0)
    assert (await balance(member)).points == 10
    assert await remaining(wrong) == 0
    assert await broken() == {}


async def test_everything_a_cause_gave_is_taken_back_in_each_currency() -> None:
    member, cause = somebody(), a_cause("post")
    await give(member, 30, cause=cause)
    await give(member, 4, cause=cause, currency=Currency.CREDITS)
    assert len(await ledger.reverse(cause, reason="post removed")) == 2
    assert await balance(member) == BalanceView()


async def test_a_reversal_happens_once() -> None:
    member, cause = somebody(), a_cause("post")
    await give(member, 50)
    await give(member, 30, cause=cause)
    first, again = await undo(cause), await undo(cause)
    assert first == again
    assert (await balance(member)).points == 50
    assert len(await announced("points.reversed")) == 1


async def test_a_reversal_raced_happens_once() -> None:
    member, cause = somebody(), a_cause("post")
    await give(member, 50)
    await give(member, 30, cause=cause)
    reversals = await crowd([partial(undo, cause)] * 20)
    assert len({reversal.id for reversal in reversals}) == 1
    assert (await balance(member)).points == 50
    assert await broken() == {}


async def test_what_was_spent_is_taken_from_pending_then_from_active() -> None:
    member, cause = somebody(), a_cause("order")
    await give(member, 30, cause=cause)
    await spend(member, 30)
    await give(member, 5, pending_for="order 2")
    await give(member, 100)
    assert figures(await undo(cause)) == (30, 0, 0)
    had = await balance(member)
    assert (had.points, had.pending) == (75, 0)
    assert await broken() == {}


async def test_a_reversal_never_goes_below_zero_and_says_what_was_short() -> None:
    member, cause = somebody(), a_cause("order")
    await give(member, 30, cause=cause)
    await spend(member, 20)
    assert figures(await undo(cause)) == (10, 0, 20)
    assert await balance(member) == BalanceView()
    await give(member, 50)
    await undo(cause)
    assert (await balance(member)).points == 50
    assert await broken() == {}


async def test_when_nothing_is_left_the_reversal_is_kept_without_a_transfer() -> None:
    member, cause = somebody(), a_cause("order")
    await give(member, 30, cause=cause)
    await spend(member, 30)
    assert figures(await undo(cause)) == (0, 0, 30)
    assert figures(await undo(cause)) == (0, 0, 30)
    assert await broken() == {}


async def test_what_is_pending_is_taken_back_from_pending() -> None:
    member, cause = somebody(), a_cause("referral")
    await give(member, 40)
    await give(member, 100, cause=cause, pending_for="first order")
    assert figures(await undo(cause)) == (100, 0, 0)
    assert ((await balance(member)).points, (await balance(member)).pending) == (40, 0)
    assert await ledger.activate("first order") == 0
    assert await broken() == {}


async def test_what_expired_unused_is_not_taken_a_second_time(frozen_clock: datetime) -> None:
    member, cause = somebody(), a_cause("order")
    await give(member, 100, cause=cause, until=frozen_clock + DAY)
    await spend(member, 60)
    await give(member, 500)
    with clock.frozen(frozen_clock + DAY):
        assert figures(await undo(cause)) == (60, 40, 0)
        assert (await balance(member)).points == 440
        assert await broken() == {}


async def test_it_makes_no_difference_whether_the_expiry_was_written_before(frozen_clock: datetime) -> None:
    member, cause = somebody(), a_cause("order")
    await give(member, 100, cause=cause, until=frozen_clock + DAY)
    await spend(member, 60)
    await give(member, 500)
    with clock.frozen(frozen_clock + DAY):
        await ledger.settle_due()
        assert figures(await undo(cause)) == (60, 40, 0)
        assert await broken() == {}


async def test_parts_are_taken_back_once_each_and_then_the_rest() -> None:
    member, cause = somebody(), a_cause("order")
    await give(member, 100, cause=cause)
    assert figures(await undo_part(cause, 30, "line 1")) == (30, 0, 0)
    assert figures(await undo_part(cause, 30, "line 1")) == (30, 0, 0)
    assert figures(await undo_part(cause, 20, "line 2")) == (20, 0, 0)
    assert (await balance(member)).points == 50
    assert figures(await undo(cause)) == (50, 0, 0)
    assert (await balance(member)).points == 0
    assert await broken() == {}


async def test_parts_raced_never_take_more_than_there_was() -> None:
    member, cause = somebody(), a_cause("order")
    await give(member, 1000)
    await give(member, 100, cause=cause)
    results = await crowd(partial(undo_part, cause, 30, f"line {number % 5}") for number in range(20))
    assert sum(isinstance(result, ReversalTooLarge) for result in results) == 8
    assert (await balance(member)).points == 1010
    assert await broken() == {}


async def test_a_part_is_refused_when_too_large_repeated_with_another_amount_none_or_of_nothing() -> None:
    member, cause = somebody(), a_cause("order")
    await give(member, 100, cause=cause)
    await undo_part(cause, 60, "line 1")
    with pytest.raises(ReversalTooLarge) as refused:
        await undo_part(cause, 41, "line 2")
    assert refused.value.data == {"left": 40, "asked": 41}
    with pytest.raises(CauseReused):
        await undo_part(cause, 10, "line 1")
    with pytest.raises(InvalidAmount):
        await undo_part(cause, 0, "line 2")
    with pytest.raises(NothingToReverse):
        await undo_part(a_cause("order"), 10, "line 1")
    assert (await balance(member)).points == 40


async def test_a_cause_that_moved_nothing_has_nothing_to_undo() -> None:
    assert await ledger.reverse(a_cause(), reason="gone") == []


async def test_what_was_undone_is_not_undone_itself() -> None:
    member, cause = somebody(), a_cause()
    await give(member, 30, cause=cause)
    await undo(cause)
    row = await db.fetch_one("select cause_kind, cause_key from ledger_transfer where kind = 'reversal'")
    assert row
    assert await ledger.reverse(Cause(*row), reason="never mind") == []


async def test_a_cancelled_spend_gives_back_to_the_lots_it_drew_from(frozen_clock: datetime) -> None:
    member, cause = somebody(), a_cause("redemption")
    soon, late = await give(member, 10, until=frozen_clock + DAY), await give(member, 10, until=frozen_clock + 9 * DAY)
    await spend(member, 15, cause)
    assert figures(await undo(cause)) == (15, 0, 0)
    assert [await remaining(lot) for lot in (soon, late)] == [10, 10]
    assert (await balance(member)).expiring_at == frozen_clock + DAY
    assert [fact["returned"] for fact in await announced("points.reversed")] == [True]
    assert await broken() == {}


async def test_what_expired_meanwhile_comes_back_for_a_month_at_least(frozen_clock: datetime) -> None:
    member, cause = somebody(), a_cause("redemption")
    await give(member, 10, until=frozen_clock + DAY)
    await spend(member, 10, cause)
    with clock.frozen(frozen_clock + 2 * DAY):
        await undo(cause)
        assert await balance(member) == BalanceView(
            points=10, expiring=10, expiring_at=datetime(2026, 5, 1, tzinfo=UTC)
        )
        assert await broken() == {}


async def test_a_spend_is_given_back_in_parts(frozen_clock: datetime) -> None:
    member, cause = somebody(), a_cause("redemption")
    soon, late = await give(member, 10, until=frozen_clock + DAY), await give(member, 10, until=frozen_clock + 9 * DAY)
    await spend(member, 15, cause)
    await undo_part(cause, 6, "voucher 1")
    assert [await remaining(lot) for lot in (soon, late)] == [1, 10]
    await undo(cause)
    assert [await remaining(lot) for lot in (soon, late)] == [10, 10]
    assert await broken() == {}


async def test_the_reason_is_kept_where_the_member_reads_it() -> None:
    member, cause = somebody(), a_cause()
    await give(member, 10, cause=cause)
    await undo(cause)
    assert await db.fetch_value("select reason from ledger_note n join ledger_transfer t on t.id = n.subject_id") == (
        "post removed"
    )


async def test_a_fact_says_what_was_taken_and_what_was_short() -> None:
    member, cause = somebody(), a_cause()
    given = await give(member, 10, cause=cause)
    await spend(member, 4)
    await undo(cause)
    assert await announced("points.reversed") == [
        {
            "member_id": str(member),
            "transfer_id": str(given.id),
            "currency": "points",
            "returned": False,
            "taken": 6,
            "expired": 0,
            "short": 4,
        }
    ]


async def test_spends_and_the_reversal_of_what_they_spend_share_what_there_is() -> None:
    member, cause = somebody(), a_cause()
    await give(member, 100, cause=cause)
    results = await crowd([partial(undo, cause)] + [partial(spend, member, 10)] * 8)
    reversal = results[0]
    assert isinstance(reversal, ReversalView)
    spent = 10 * sum(not isinstance(result, BaseException) for result in results[1:])
    assert reversal.taken + spent == 100
    assert await broken() == {}
