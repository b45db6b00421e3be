"""What the ledger tells: balances, statements, credits of a period, and to whom."""

from datetime import datetime, timedelta

import pytest

from community import database as db
from community.access.policy import Role
from community.kernel import clock
from community.kernel.pages import PageRequest
from community.ledger import queries
from community.ledger import service as ledger
from community.ledger.queries import BalanceView
from community.ledger.rules.transfers import Currency
from tests.community.ledger.awards import a_cause, balance, give, somebody, spend
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

DAY = timedelta(days=1)


async def test_who_is_unknown_to_the_ledger_has_nothing() -> None:
    assert await balance(somebody()) == BalanceView()


async def test_balances_of_many_take_one_statement() -> None:
    members = [somebody() for _ in range(5)]
    for number, member in enumerate(members):
        await give(member, number + 1)
    with db.counting_statements() as statements:
        found = await queries.balances_of(members, clock.now())
    assert [found[member].points for member in members] == [1, 2, 3, 4, 5]
    assert statements.count == 1


async def test_what_expires_next_is_told(frozen_clock: datetime) -> None:
    member = somebody()
    for days, amount in ((9, 1), (3, 2), (3, 4)):
        await give(member, amount, until=frozen_clock + days * DAY)
    await spend(member, 1)
    assert await balance(member) == BalanceView(points=6, expiring=5, expiring_at=frozen_clock + 3 * DAY)


async def test_credits_count_in_the_period_in_which_they_were_earned_without_what_was_taken_back(
    frozen_clock: datetime,
) -> None:
    member, other, wrong = somebody(), somebody(), a_cause()
    for days, amount in ((0, 1), (10, 2), (20, 4), (30, 8)):
        await give(member, amount, currency=Currency.CREDITS, at=frozen_clock - days * DAY)
    await give(member, 16, currency=Currency.CREDITS, at=frozen_clock - 15 * DAY, cause=wrong)
    await give(member, 32, currency=Currency.CREDITS, at=frozen_clock - 15 * DAY, pending_for="approval")
    await ledger.reverse(wrong, reason="removed")
    rows = await db.fetch(
        f"select {queries.CREDITS_IN_SPAN} as credits from unnest($1::uuid[]) owner(id)"
        " cross join lateral (select owner.id, $2::timestamptz, $3::timestamptz) span(member_id, since, until)",
        [member, other],
        frozen_clock - 20 * DAY,
        frozen_clock,
    )
    assert [row["credits"] for row in rows] == [6, 0]


async def test_a_statement_holds_every_change_latest_first() -> None:
    actor = await a_member()
    member = actor.member_id
    assert member
    await give(member, 10, pending_for="order")
    await ledger.activate("order")
    await spend(member, 4)
    await give(member, 3, currency=Currency.CREDITS)
    (page,) = (await queries.statements_of(actor, [member], PageRequest())).values()
    assert [(line.currency, line.kind, line.is_pending, line.amount, line.balance) for line in page.items] == [
        ("credits", "award", False, 3, 3),
        ("points", "spend", False, -4, 6),
        ("points", "activation", False, 10, 10),
        ("points", "activation", True, -10, 0),
        ("points", "award", True, 10, 10),
    ]


async def test_a_statement_is_read_page_by_page_both_ways() -> None:
    actor = await a_member()
    member = actor.member_id
    assert member
    for amount in range(1, 8):
        await give(member, amount, currency=Currency.POINTS if amount % 2 else Currency.CREDITS)

    async def page(**arguments: object) -> tuple[list[int], str, str]:
        request = PageRequest.of(**arguments)  # type: ignore[arg-type]
        found = (await queries.statements_of(actor, [member], request))[member]
        return [line.amount for line in found.items], found.cursors[0], found.cursors[-1]

    first, _, end = await page(first=3)
    second, start, end = await page(first=3, after=end)
    third, _, _ = await page(first=3, after=end)
    back, _, _ = await page(last=3, before=start)
    assert (first, second, third, back) == ([7, 6, 5], [4, 3, 2], [1], [7, 6, 5])


async def test_statements_of_many_take_one_statement_and_do_not_mix() -> None:
    staff = await a_member(roles=frozenset({Role.ANALYST}))
    members = [somebody() for _ in range(3)]
    for number, member in enumerate(members):
        for _ in range(3):
            await give(member, number + 1)
    with db.counting_statements() as statements:
        pages = await queries.statements_of(staff, members, PageRequest(size=2))
    assert [[line.amount for line in pages[member].items] for member in members] == [[1, 1], [2, 2], [3, 3]]
    assert all(page.has_next for page in pages.values())
    assert statements.count == 1


async def test_balance_statement_and_lines_are_the_members_own_and_trusted_staffs() -> None:
    owner, stranger = await a_member(), await a_member()
    staff = await a_member(roles=frozenset({Role.ANALYST}))
    member = owner.member_id
    assert member
    await give(member, 10)
    line = await db.fetch_value("select id from ledger_entry where amount > 0")
    seen = [
        (
            bool(await queries.balances_seen_by(actor, [member], clock.now())),
            bool(await queries.statements_of(actor, [member], PageRequest())),
            bool(await queries.lines_by_ids(actor, [line])),
        )
        for actor in (owner, staff, stranger)
    ]
    assert seen == [(True,) * 3, (True,) * 3, (False,) * 3]


async def test_the_systems_entries_are_nobodys_lines() -> None:
    staff = await a_member(roles=frozenset({Role.ADMIN}))
    await give(somebody(), 10)
    line = await db.fetch_value("select id from ledger_entry where amount < 0")
    assert await queries.lines_by_ids(staff, [line]) == {}
