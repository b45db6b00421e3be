"""A server knows whether its database has the shape that its code needs."""

from community import database
from tests.community.database.conftest import Connect
from tests.databases import RUN, WORKER, Databases


async def test_what_is_pending_is_what_migrating_applies(connect: Connect, run_databases: Databases) -> None:
    name = f"hourglass_test_{RUN}_{WORKER}_pending"
    url = await run_databases.create(name)
    await connect(database_url=url)
    pending = await database.pending()

    assert pending[:2] == ["0001_initial", "0002_access"]
    assert await database.migrate(url) == pending
    assert await database.pending() == []

    await run_databases.drop(name)
