"""What counts and what is taken back: each cause once, never more than was given, and the entries that show it."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from community import database as db
from community.kernel import clock
from community.kernel.pages import PageRequest
from community.ledger import service as ledger
from community.ledger.errors import CauseReused, InvalidAmount, NothingToReverse, ReversalTooLarge
from community.ledger.rules.transfers import Cause, Currency
from community.tiers import queries
from community.tiers import service as tiers
from community.tiers.queries import ENTRY_SHAPE, EntryView
from community.tiers.rules.programme import Track
from community.tiers.service import Contribution, Reception
from tests.community.tiers.members import a_cause, earns, somebody, spends, standing

pytestmark = pytest.mark.usefixtures("database")


async def spent(member_id: UUID) -> int | None:
    return next(track.value for track in (await standing(member_id)).because if track.track is Track.SPEND)


async def credited(member_id: UUID) -> int | None:
    return next(track.value for track in (await standing(member_id)).because if track.track is Track.ENGAGEMENT)


async def entries(member_id: UUID, track: Track, **page: str | int) -> list[EntryView]:
    view = next(each for each in (await standing(member_id)).because if each.track is track)
    (found,) = await queries.entries_behind([view], PageRequest.of(shape=ENTRY_SHAPE, **page))  # type: ignore[arg-type]
    return list(found.items)


async def test_the_same_cause_counts_once() -> None:
    member, cause, now = somebody(), a_cause(), clock.now()
    counted = await asyncio.gather(*(tiers.contribute(member, 500, at=now, cause=cause) for _ in range(10)))
    assert sum(counted) == 1
    assert await spent(member) == 500


async def test_the_same_cause_with_another_amount_or_member_is_refused() -> None:
    member, cause, now = somebody(), a_cause(), clock.now()
    await tiers.contribute(member, 500, at=now, cause=cause)
    for other, amount in ((member, 501), (somebody(), 500)):
        with pytest.raises(CauseReused):
            await tiers.contribute(other, amount, at=now, cause=cause)
    both = [Contribution(member_id=member, amount=amount, at=now, cause=Cause("order", "twice")) for amount in (1, 2)]
    with pytest.raises(CauseReused):
        await tiers.contribute_many(both)


async def test_amounts_are_whole_numbers_above_zero_and_not_from_the_future() -> None:
    now = clock.now()
    for amount in (0, -1, 2**63, 1.5, True):
        with pytest.raises(InvalidAmount):
            await tiers.contribute(somebody(), amount, at=now, cause=a_cause())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="future"):
        await tiers.contribute(somebody(), 1, at=now + timedelta(hours=1), cause=a_cause())


async def test_the_largest_amounts_add_up_without_overflowing() -> None:
    member = somebody()
    await spends(member, 2**63 - 1)
    await spends(member, 2**63 - 1)
    assert await spent(member) == 2**63 - 1


async def test_many_are_counted_in_one_statement() -> None:
    now = clock.now()
    many = [Contribution(member_id=somebody(), amount=1, at=now, cause=a_cause()) for _ in range(500)]
    with db.counting_statements() as counted:
        assert await tiers.contribute_many(many) == 500
    assert counted.count == 1
    assert await tiers.contribute_many(many) == 0


async def test_a_part_is_withdrawn_once_and_never_more_than_was_given() -> None:
    member = somebody()
    cause = await spends(member, 1_000)
    for _ in range(2):
        assert await tiers.withdraw(cause, 300, part="line 1") == 300
    assert await spent(member) == 700
    with pytest.raises(CauseReused):
        await tiers.withdraw(cause, 301, part="line 1")
    with pytest.raises(ReversalTooLarge) as refused:
        await tiers.withdraw(cause, 701, part="line 2")
    assert refused.value.data == {"left": 700, "asked": 701}
    assert await tiers.withdraw(cause) == 700
    assert await tiers.withdraw(cause) == 700
    assert await spent(member) == 0


async def test_withdrawals_that_meet_never_take_more_than_was_given() -> None:
    member = somebody()
    cause = await spends(member, 1_000)
    parts = (tiers.withdraw(cause, 300, part=str(number)) for number in range(10))
    outcomes = await asyncio.gather(*parts, return_exceptions=True)
    assert outcomes.count(300) == 3
    assert all(isinstance(each, ReversalTooLarge) for each in outcomes if each != 300)
    assert await spent(member) == 100


async def test_what_never_counted_cannot_be_withdrawn() -> None:
    with pytest.raises(NothingToReverse):
        await tiers.withdraw(a_cause())
    with pytest.raises(InvalidAmount):
        await tiers.withdraw(a_cause(), 0)


async def test_contributions_and_transitions_are_never_changed(database: str) -> None:
    await spends(somebody(), 100_000)
    connection = await asyncpg.connect(database)
    for table in ("tiers_contribution", "tiers_transition", "tiers_programme", "tiers_grant"):
        for change in (f"delete from {table}", f"update {table} set id = id", f"truncate {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
    await connection.close()


async def test_entries_add_up_to_the_number_they_explain(frozen_clock: datetime) -> None:
    member = somebody()
    cause = await spends(member, 5_000, at=frozen_clock - timedelta(days=2))
    await spends(member, 700)
    await tiers.withdraw(cause, 1_000)
    shown = await entries(member, Track.SPEND)
    assert [entry.amount for entry in shown] == [700, -1_000, 5_000]
    assert [entry.cause_kind for entry in shown] == ["order", "withdrawal", "order"]
    assert sum(entry.amount or 0 for entry in shown) == await spent(member)


async def test_credits_are_explained_by_what_earned_them(frozen_clock: datetime) -> None:
    member = somebody()
    await earns(member, 30, at=frozen_clock - timedelta(days=400))
    for number in range(5):
        await earns(member, number + 1, at=frozen_clock - timedelta(days=number))
    cause = await earns(member, 50)
    await ledger.reverse(cause, reason="removed")
    shown = await entries(member, Track.ENGAGEMENT)
    assert [entry.amount for entry in shown] == [1, 2, 3, 4, 5]
    assert await credited(member) == 15


async def test_entries_are_paged_both_ways(frozen_clock: datetime) -> None:
    member = somebody()
    for number in range(5):
        await spends(member, number + 1, at=frozen_clock - timedelta(days=number))
        await earns(member, number + 1, at=frozen_clock - timedelta(days=number))
    for track in (Track.SPEND, Track.ENGAGEMENT):
        view = next(each for each in (await standing(member)).because if each.track is track)
        (page,) = await queries.entries_behind([view], PageRequest.of(first=2, shape=ENTRY_SHAPE))
        assert page.has_next
        following = await entries(member, track, first=2, after=page.cursors[-1])
        assert [entry.amount for entry in following] == [3, 4]
        assert [entry.amount for entry in await entries(member, track, last=2)] == [4, 5]


async def test_reactions_from_few_members_count_in_part(frozen_clock: datetime) -> None:
    member, fans = somebody(), [somebody(), somebody()]
    causes = []
    for number in range(20):
        causes.append(cause := a_cause("reaction"))
        at = frozen_clock - timedelta(days=number)
        await ledger.award(member, Currency.CREDITS, 10, cause, at=at)
        reception = Reception(
            member_id=member, metric="reactions", giver_id=fans[number % 2], worth=10, at=at, cause=cause
        )
        await tiers.receive_many([reception])
        await tiers.receive_many([reception])
    assert await credited(member) == 80
    await tiers.forget_receptions(causes[:1])
    await ledger.reverse(causes[0], reason="taken back")
    assert await credited(member) == 80
    await tiers.forget_receptions(causes[1:])
    assert await credited(member) == 190
