"""What is written stays as it is: by trigger, without a grant, and within its bounds."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from community.ledger import service as ledger
from tests.community.ledger.awards import a_cause, give, somebody, spend

IMMUTABLE = ("ledger_transfer", "ledger_entry", "ledger_draw", "ledger_reversal")


@pytest_asyncio.fixture
async def owner(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the owner of the tables, outside of the ledger's code, on a ledger with one of everything."""
    member, cause = somebody(), a_cause()
    await give(member, 10, cause=cause)
    await spend(member, 4)
    await ledger.reverse(cause, reason="removed")
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.mark.parametrize("table", IMMUTABLE)
@pytest.mark.parametrize("change", ["update {} set id = id", "delete from {}", "truncate {}"])
async def test_even_a_superuser_is_stopped_by_the_trigger(owner: asyncpg.Connection, table: str, change: str) -> None:
    assert await owner.fetchval(f"select count(*) from {table}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute(change.format(table))


@pytest.mark.parametrize("table", IMMUTABLE)
async def test_nobody_is_granted_a_change_not_even_the_owner(owner: asyncpg.Connection, table: str) -> None:
    granted = await owner.fetch(
        "select grants.privilege_type from pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner))) grants"
        " where pg_class.oid = $1::text::regclass",
        f"public.{table}",
    )
    kinds = {row["privilege_type"] for row in granted}
    assert {"INSERT", "SELECT"} <= kinds
    assert kinds.isdisjoint({"UPDATE", "DELETE", "TRUNCATE"})


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("update ledger_account set balance = -1 where member_id is not null", "ledger_account_floor"),
        ("update ledger_account set floor = null where member_id is not null", "ledger_account_members_floor"),
        ("update ledger_lot set remaining = amount + 1", "ledger_lot_remaining"),
        ("update ledger_lot set remaining = -1", "ledger_lot_remaining"),
        (
            "insert into ledger_transfer select gen_random_uuid(), currency, kind, member_id, source_id, source_id,"
            " amount, cause_kind, 'other' from ledger_transfer where kind = 'award'",
            "null value|ledger_transfer_between_two",
        ),
        (
            "insert into ledger_entry select gen_random_uuid(), transfer_id, account_id, sequence, amount, balance,"
            " hash from ledger_entry limit 1",
            "ledger_entry_sequence",
        ),
        (
            "insert into ledger_entry select gen_random_uuid(), transfer_id, account_id, 99, amount, balance, hash"
            " from ledger_entry limit 1",
            "do not sum to zero",
        ),
    ],
)
async def test_what_breaks_a_bound_is_refused_by_the_database(
    owner: asyncpg.Connection, change: str, constraint: str
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=constraint):
        await owner.execute(change)
