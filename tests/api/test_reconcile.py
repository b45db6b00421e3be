"""`hourglass reconcile`, as the operator runs it."""

from collections.abc import Awaitable, Callable

import asyncpg

from tests.api.commands import hourglass
from tests.community.ledger.awards import give, somebody, spend


async def test_whole_books_are_proved_and_broken_ones_named(database: str) -> None:
    member = somebody()
    await give(member, 10)
    await spend(member, 4)
    whole = await hourglass("reconcile", DATABASE_URL=database)
    assert (whole.code, "✗" in whole.out) == (0, False)
    assert "2 transfers, 4 entries, 1 lots" in whole.out

    intruder = await asyncpg.connect(database, server_settings={"session_replication_role": "replica"})
    await intruder.execute("update ledger_account set balance = 1000 where balance = 6")
    await intruder.execute("insert into engagement_score values ('forever', '-infinity', $1, 7)", member)
    await intruder.close()
    broken = await hourglass("reconcile", DATABASE_URL=database)
    assert broken.code == 1
    assert "✗ each member's lots make up their balances" in broken.out
    assert f"points of member {member}: 1000 in the account, 6 in lots" in broken.out
    assert f"forever from -infinity of member {member}: 7 in the score, 0 in grants" in broken.out
    assert "not whole" in broken.complaint


async def test_a_database_without_a_ledger_is_told_from_a_broken_one(
    fresh_database: Callable[[], Awaitable[str]],
) -> None:
    url = await fresh_database()
    connection = await asyncpg.connect(url)
    await connection.execute("delete from tortoise_migrations where name = '0008_ledger'")
    await connection.close()
    said = await hourglass("reconcile", DATABASE_URL=url)
    assert said.code == 1
    assert "0008_ledger" in said.complaint
