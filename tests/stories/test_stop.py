"""An orderly stop while requests and sockets are open: everybody gets an answer or a goodbye, and nothing is lost."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from api.postgres.rooms import Room
from api.postgres.server import PrivateServer
from tests.databases import under_way
from tests.deadlines import PATIENCE_SECONDS, eventually
from tests.servers import PATIENT, ServerProcess
from tests.stories.apps import App
from tests.stories.books import Books
from tests.stories.crowd import Journal, crowd

GOING_AWAY = 1001
LISTEN = "subscription { postWritten { id } }"
Database = Callable[[], Awaitable[str]]


async def test_a_stop_answers_what_was_asked_and_says_goodbye_to_who_listens(fresh_database: Database):
    url = await fresh_database()
    async with running(url, environment=PATIENT) as server, aiohttp.ClientSession() as http:
        assert server.process
        app = await App.joined(http, server.url, "mei")
        sockets = [await app.client.subscribe(LISTEN) for _ in range(3)]
        events = await http.post(server.url, json={"query": LISTEN}, headers={"Accept": "text/event-stream"})
        async with under_way(url, "lock table posts_post in exclusive mode") as lock:
            writing = asyncio.create_task(app.write_post("最後一句話 #再見", "the last word"))
            await eventually(lambda: somebody_waits(lock))
            server.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE_SECONDS):
                codes = [(await subscription.socket.receive()).data for subscription in sockets]
                last_words = await events.text()
            with pytest.raises(aiohttp.ClientConnectorError):
                await a_stranger_asks(server.url)
            assert not writing.done()
        assert await asyncio.wait_for(writing, PATIENCE_SECONDS)
        assert app.repeated == 0
        await ended(server)
    assert codes == [GOING_AWAY] * 3
    assert last_words.endswith("event: complete\ndata:\n\n")


async def test_a_stop_under_load_keeps_all_that_was_acknowledged(fresh_database: Database):
    url = await fresh_database()
    async with running(url) as server:
        journal = await stopped_under_load(server, signal.SIGTERM)
    books = await Books.of(journal, url)
    assert books.balance, books


async def test_ctrl_c_of_everything_in_one_process_keeps_all_that_was_acknowledged(home: Path):
    everything = {"HOURGLASS_HOME": str(home), "HOURGLASS_ENVIRONMENT": "production"}
    async with running("", command="up", with_worker=False, environment=everything) as server:
        journal = await stopped_under_load(server, signal.SIGINT)
        assert not (Room.of(home).data / "postmaster.pid").exists(), "the private PostgreSQL still runs"
    with PrivateServer.start(home) as private:
        books = await Books.of(journal, private.url())
    assert books.balance, books


async def stopped_under_load(server: ServerProcess, how: signal.Signals) -> Journal:
    """Stop a busy server, start it again, stop it when everybody has finished. What the clients were told."""
    assert server.process
    async with crowd(server.url, members=8) as members:
        await members.journal.grows_by(100)
        await stopped(server, how)
        await server.start()
        await members.journal.grows_by(50)
    await stopped(server, how)
    assert members.repeated > 0, "nobody was there when it stopped"
    return members.journal


async def stopped(server: ServerProcess, how: signal.Signals) -> None:
    """Send the signal, and wait for an end without complaint."""
    assert server.process
    server.process.send_signal(how)
    await ended(server)


async def ended(server: ServerProcess) -> None:
    """Wait for an end without complaint."""
    assert server.process
    _, complaints = await asyncio.wait_for(server.process.communicate(), PATIENCE_SECONDS)
    assert server.process.returncode == 0, complaints.decode()
    assert b"Traceback" not in complaints, complaints.decode()


async def a_stranger_asks(url: str) -> None:
    """Ask over a connection of one's own."""
    async with aiohttp.ClientSession() as http, http.post(url, json={"query": "{ __typename }"}):
        pass


async def somebody_waits(connection: asyncpg.Connection) -> bool:
    """Whether a write has come as far as the lock."""
    waiting: bool = await connection.fetchval(
        "select exists (select from pg_locks where not granted and relation = 'posts_post'::regclass"
        " and database = (select oid from pg_database where datname = current_database()))"
    )
    return waiting


@asynccontextmanager
async def running(database_url: str, **options: Any) -> AsyncIterator[ServerProcess]:
    """A server whose complaints are kept; killed if the test did not stop it."""
    server = ServerProcess(database_url, stderr=asyncio.subprocess.PIPE, **options)
    try:
        await server.start()
        yield server
    finally:
        await server.kill()
