"""Reconciling finds whatever somebody changed behind the ledger's back, and nothing where nobody did."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial

import asyncpg
import pytest
import pytest_asyncio

from community.kernel import clock
from community.ledger import service as ledger
from community.ledger.rules.expiry import Lifetime
from community.ledger.rules.transfers import Cause, Currency
from tests.community.ledger.awards import a_cause, crowd, give, somebody, spend

pytestmark = pytest.mark.usefixtures("database")

TRANSFER = "each transfer is two entries of its amount, out of its source and into its target"
ZERO = "each currency sums to zero"
SEQUENCE = "the sequence of each account has no gap"
RUNNING = "each running balance is the sum of the entries so far"
CHAIN = "each account's chain of hashes is whole"
LAST = "each balance, sequence and head is that of the account's last entry"
LEFT = "each lot has left what was not drawn from it"
LOTS = "each member's lots make up their balances"
CHANGES = "each transfer changes lots as much as it changes what the member has"
REVERSALS = "each reversal undid what it says, and never more than there was"
APART = "each reversal tells apart what had expired and what was missing"
LIFETIME = "each lot expires when its lifetime says"

AWARDED = "(select id from ledger_transfer where cause_key = 'the one')"
SPENT = "(select id from ledger_transfer where kind = 'spend' order by id desc limit 1)"
ACTIVE = "(select target_id from ledger_transfer where cause_key = 'the one')"

TAMPERING = {
    "an entry's amount": (
        f"update ledger_entry set amount = amount + 1 where transfer_id = {AWARDED} and amount > 0",
        {TRANSFER, RUNNING, CHAIN},
    ),
    "an entry's balance": (
        f"update ledger_entry set balance = balance + 1 where transfer_id = {AWARDED} and amount > 0",
        {RUNNING, CHAIN},
    ),
    "an entry's hash": (
        f"update ledger_entry set hash = sha256(hash) where transfer_id = {AWARDED} and amount > 0",
        {CHAIN},
    ),
    "an entry's place": (
        f"update ledger_entry set sequence = sequence + 100 where transfer_id = {AWARDED} and amount > 0",
        {SEQUENCE, RUNNING, CHAIN, LAST},
    ),
    "an entry's account": (
        f"update ledger_entry set account_id = (select id from ledger_account where holding = 'expired' limit 1),"
        f" sequence = 999 where transfer_id = {AWARDED} and amount > 0",
        {TRANSFER, SEQUENCE, RUNNING, CHAIN, LAST},
    ),
    "an entry deleted": (
        f"delete from ledger_entry where transfer_id = {AWARDED} and amount > 0",
        {TRANSFER, SEQUENCE, RUNNING, CHAIN},
    ),
    "two entries swapped": (
        f"with two as (select id, transfer_id, row_number() over (order by sequence) as n from ledger_entry"
        f" where account_id = {ACTIVE} order by sequence limit 2)"
        " update ledger_entry e set transfer_id = other.transfer_id from two"
        " join two other on other.n = 3 - two.n where e.id = two.id",
        {TRANSFER, CHAIN},
    ),
    "an entry inserted": (
        "insert into ledger_entry select gen_random_uuid(), transfer_id, account_id, 500, 1, 1, hash"
        f" from ledger_entry where transfer_id = {AWARDED} and amount > 0",
        {TRANSFER, SEQUENCE, RUNNING, CHAIN, LAST},
    ),
    "a transfer deleted with all that it did": (
        f"with gone as (delete from ledger_entry where transfer_id = {AWARDED}),"
        f" lots as (delete from ledger_lot where transfer_id = {AWARDED})"
        " delete from ledger_transfer where cause_key = 'the one'",
        {SEQUENCE, RUNNING, CHAIN, LOTS, LEFT},
    ),
    "a transfer's amount": (
        "update ledger_transfer set amount = amount + 1 where cause_key = 'the one'",
        {TRANSFER, CHAIN, CHANGES},
    ),
    "a transfer's cause": ("update ledger_transfer set cause_key = 'mine' where cause_key = 'the one'", {CHAIN}),
    "a transfer's rule": ("update ledger_transfer set rule_version = 'v9' where cause_key = 'the one'", {CHAIN}),
    "a transfer's time": (
        "update ledger_transfer set effective_at = effective_at - interval '1 microsecond' where cause_key = 'the one'",
        {CHAIN},
    ),
    "a transfer's member": (
        "update ledger_transfer set member_id = gen_random_uuid() where cause_key = 'the one'",
        {CHAIN},
    ),
    "a transfer's purpose": ("update ledger_transfer set purpose = 'gift' where kind = 'spend'", {CHAIN}),
    "a balance": (f"update ledger_account set balance = balance + 50 where id = {ACTIVE}", {ZERO, LAST, LOTS}),
    "a balance and the issuance": (
        f"update ledger_account set balance = balance + case when id = {ACTIVE} then 50 else -50 end"
        f" where id = {ACTIVE} or id = (select source_id from ledger_transfer where cause_key = 'the one')",
        {LAST, LOTS},
    ),
    "an account's place": (f"update ledger_account set sequence = sequence + 1 where id = {ACTIVE}", {LAST}),
    "an account's head": (f"update ledger_account set head = sha256(head) where id = {ACTIVE}", {LAST}),
    "what is left of a lot": (
        f"update ledger_lot set remaining = remaining - 1 where transfer_id = {AWARDED}",
        {LEFT, LOTS},
    ),
    "a lot's amount": (
        f"update ledger_lot set amount = amount + 9, remaining = remaining + 9 where transfer_id = {AWARDED}",
        {LOTS, CHANGES},
    ),
    "a lot deleted": (f"delete from ledger_lot where transfer_id = {AWARDED}", {LOTS, LEFT, CHANGES}),
    "a lot made pending": (
        "update ledger_lot set activated_at = null, pending_for = 'x' where remaining > 0 and activated_at is not null",
        {LOTS, LIFETIME},
    ),
    "when a lot expires": (
        f"update ledger_lot set expires_at = expires_at + interval '1 month' where transfer_id = {AWARDED}",
        {LIFETIME},
    ),
    "that a lot expires": (f"update ledger_lot set expires_at = null where transfer_id = {AWARDED}", {LIFETIME}),
    "how long a lot lives": (
        f"update ledger_lot set lifetime_months = lifetime_months + 1 where transfer_id = {AWARDED}",
        {LIFETIME},
    ),
    "a draw deleted": (f"delete from ledger_draw where transfer_id = {SPENT}", {LEFT, CHANGES}),
    "a draw's amount": (f"update ledger_draw set amount = amount + 1 where transfer_id = {SPENT}", {LEFT, CHANGES}),
    "a reversal forgotten": ("delete from ledger_reversal where taken > 0", {REVERSALS}),
    "a reversal of nothing": ("update ledger_reversal set reversed_id = gen_random_uuid()", {REVERSALS}),
    "a reversal's figures": ("update ledger_reversal set taken = taken + 1, asked = asked + 1", {REVERSALS, APART}),
}


@pytest_asyncio.fixture
async def tamperer(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser whom no trigger stops."""
    connection = await asyncpg.connect(database, server_settings={"session_replication_role": "replica"})
    yield connection
    await connection.close()


async def a_ledger(now: datetime) -> None:
    """Some of everything: two members, both currencies, pending, spent, expired, reversed, given back."""
    for member in (somebody(), somebody()):
        wrong, cancelled = a_cause(), a_cause("redemption")
        await give(member, 100, cause=wrong)
        await give(member, 40, until=now + timedelta(days=1))
        await give(member, 70, pending_for="order")
        await give(member, 9, currency=Currency.CREDITS)
        await spend(member, 30, cancelled)
        await spend(member, 20)
        await ledger.reverse(cancelled, reason="cancelled")
        await ledger.reverse(wrong, reason="removed")
        with clock.frozen(now + timedelta(days=1)):
            await ledger.settle_due()
    await give(member, 60, cause=Cause("order", "the one"))
    await spend(member, 55)
    await give(member, 5)


async def test_a_ledger_that_nobody_touched_is_whole(frozen_clock: datetime) -> None:
    await a_ledger(frozen_clock)
    report = await ledger.reconcile()
    assert report.is_clean, report.broken
    assert (report.transfers, report.entries) == (23, 46)


async def test_an_empty_ledger_is_whole() -> None:
    assert (await ledger.reconcile()).is_clean


@pytest.mark.parametrize("what", TAMPERING)
async def test_tampering_is_found(what: str, tamperer: asyncpg.Connection, frozen_clock: datetime) -> None:
    await a_ledger(frozen_clock)
    sql, promises = TAMPERING[what]
    assert not (await tamperer.execute(sql)).endswith(" 0")
    report = await ledger.reconcile()
    assert {promise for promise, row in report.broken.items() if row} == promises


async def test_what_expired_and_what_was_missing_cannot_be_swapped(
    tamperer: asyncpg.Connection, frozen_clock: datetime
) -> None:
    member, refunded = somebody(), a_cause()
    await ledger.award(member, Currency.POINTS, 50, refunded, lifetime=Lifetime(until=frozen_clock + timedelta(days=1)))
    await spend(member, 20)
    with clock.frozen(frozen_clock + timedelta(days=2)):
        await ledger.settle_due()
    with clock.frozen(frozen_clock + timedelta(days=3)):
        (reversal,) = await ledger.reverse(refunded, reason="refunded")
        assert (reversal.taken, reversal.expired, reversal.short) == (0, 30, 20)
        assert (await ledger.reconcile()).is_clean
        await tamperer.execute("update ledger_reversal set expired = short, short = expired")
        report = await ledger.reconcile()
    assert {promise for promise, row in report.broken.items() if row} == {APART}


async def test_the_first_row_that_breaks_a_promise_is_named(
    tamperer: asyncpg.Connection, frozen_clock: datetime
) -> None:
    await a_ledger(frozen_clock)
    await tamperer.execute(TAMPERING["a balance"][0])
    account = await tamperer.fetchrow(f"select id, balance, sequence from ledger_account where id = {ACTIVE}")
    broken = (await ledger.reconcile()).broken[LAST]
    assert broken == (
        f"account {account['id']}: {account['balance']} after {account['sequence']},"
        f" last entry has {account['balance'] - 50} after {account['sequence']}"
    )


async def test_a_balance_below_its_floor_is_found(tamperer: asyncpg.Connection) -> None:
    await give(somebody(), 10)
    await tamperer.execute("alter table ledger_account drop constraint ledger_account_floor")
    try:
        await tamperer.execute("update ledger_account set balance = -1 where member_id is not null")
        assert (await ledger.reconcile()).broken["no balance is below its floor"]
    finally:
        await tamperer.execute("delete from ledger_account")
        await tamperer.execute(
            "alter table ledger_account add constraint ledger_account_floor check (balance >= floor)"
        )


async def test_reconciling_sees_one_moment_while_others_write() -> None:
    async with asyncio.TaskGroup() as group:
        writing = group.create_task(crowd([partial(give, somebody(), 10) for _ in range(100)]))
        while not writing.done():
            assert (await ledger.reconcile()).is_clean
