"""What is written stays as it is: a published feature for ever, a grant but for being closed once."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from community.entitlements import service as entitlements
from tests.community.entitlements.holders import PREMIUM, a_source
from tests.community.tiers.members import somebody


@pytest_asyncio.fixture
async def owner(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the owner of the tables, outside of our code, with a grant that is closed."""
    member, source = somebody(), a_source()
    await entitlements.grant(member, PREMIUM, source)
    await entitlements.revoke(member, PREMIUM, source, reason="over")
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "update entitlements_feature set terms = '{}'",
        "delete from entitlements_feature",
        "truncate entitlements_feature",
        "delete from entitlements_grant",
        "truncate entitlements_grant",
        "update entitlements_grant set ends_at = now()",
        "update entitlements_grant set closing = 'ended'",
        "update entitlements_grant set closed_at = null, closing = null",
    ],
)
async def test_even_a_superuser_is_stopped_by_the_trigger(owner: asyncpg.Connection, change: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"never changes|closed once"):
        await owner.execute(change)


async def test_a_source_is_open_once_for_each_feature_of_a_member(owner: asyncpg.Connection) -> None:
    again = (
        "insert into entitlements_grant (id, member_id, feature, source_kind, source_key, starts_at, granted_at)"
        " select gen_random_uuid(), member_id, feature, source_kind, source_key, now(), now() from entitlements_grant"
    )
    await owner.execute(again)
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(again + " where closed_at is null")
