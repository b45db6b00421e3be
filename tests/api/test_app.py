"""The application behind a real server: its addresses, pages of other origins, and a stop that loses nothing."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio

from tests.databases import RUN, WORKER, Databases, under_way
from tests.deadlines import PATIENCE_SECONDS
from tests.servers import PATIENT, Client, ServerProcess, Subscription, serving

PORTAL = "https://portal.example.com"
EVERYTHING = {"HOURGLASS_ALLOWED_ORIGINS": PORTAL, "HOURGLASS_LOG_LEVEL": "info"}
JOIN = """
mutation ($handle: String!, $email: String!) {
  signUp(input: {handle: $handle, displayName: "Mei", email: $email, password: "a long enough one"}) {
    ... on SignUpPayload { tokens { accessToken } }
    ... on Problem { message }
  }
}
"""
GOING_AWAY = 1001
Database = Callable[[], Awaitable[str]]
HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
)
WRITE = "mutation ($body: String!) { writePost(input: {body: $body}) { ... on WritePostPayload { post { id } } } }"


@pytest_asyncio.fixture(scope="module")
async def database_of_the_server(run_databases: Databases) -> AsyncIterator[str]:
    """A database that outlives the servers of these tests."""
    name = f"hourglass_test_{RUN}_{WORKER}_app"
    yield await run_databases.copy(name)
    await run_databases.drop(name)


@pytest_asyncio.fixture(scope="module")
async def server(database_of_the_server: str) -> AsyncIterator[ServerProcess]:
    """A server that these tests share."""
    async with serving(database_of_the_server, environment=EVERYTHING) as process:
        yield process


@pytest_asyncio.fixture
async def http(server: ServerProcess) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the shared server."""
    async with aiohttp.ClientSession(server.url.removesuffix("/graphql")) as session:
        yield session


async def test_the_front_of_the_house_leads_to_the_graph(http: aiohttp.ClientSession):
    async with http.get("/", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (307, "/graphql")


async def test_an_address_that_does_not_exist_has_a_code(http: aiohttp.ClientSession):
    async with http.get("/wp-login.php") as answer:
        assert answer.status == 404
        assert (await answer.json())["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/wp-login.php"), ("DELETE", "/health/live")])
async def test_what_is_not_there_is_told_in_the_callers_language(http: aiohttp.ClientSession, method: str, path: str):
    async with http.request(method, path, headers={"Accept-Language": "zh-TW"}) as answer:
        assert not (await answer.json())["errors"][0]["message"].isascii()


async def test_a_method_that_does_not_fit_has_a_code(http: aiohttp.ClientSession):
    async with http.delete("/health/live") as answer:
        assert answer.status == 405
        assert "GET" in answer.headers["Allow"]
        assert (await answer.json())["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}


async def test_the_answer_to_an_operation_carries_its_request_id(http: aiohttp.ClientSession):
    async with http.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"X-Request-Id": "from-the-app"}
    ) as answer:
        assert answer.headers["X-Request-Id"] == "from-the-app"
        assert await answer.json() | {"extensions": None} == {"data": {"__typename": "Query"}, "extensions": None}


async def test_the_server_does_not_say_what_it_is_made_of(http: aiohttp.ClientSession):
    async with http.get("/health/live") as answer:
        assert "Server" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (b"GET /health/live HTTP/1.1\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
        (b"GET /health/live HTTP/1.0\r\nHost: a\r\nHost: b\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\nHost: a b\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\nHost: a:b\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\nHost: a \t\r\n", 200),
        (b"GET /health/live HTTP/1.1\r\nHost: [2001:db8::1]:8000\r\n", 200),
        (b"GET /graphql?query={__typename} HTTP/1.1\r\n", 400),
        (b"GET /graphql HTTP/1.1\r\nAccept: text/html\r\n", 400),
        (HANDSHAKE, 400),
        (HANDSHAKE + b"Host: a\r\n", 101),
        (b"GET /graphql?query={__typename} HTTP/1.1\r\nHost: a\r\n", 200),
        (b"GET /health/live HTTP/1.0\r\n", 200),
    ],
)
async def test_a_request_says_once_which_host_it_is_for(server: ServerProcess, asked: bytes, status: int):
    async with asyncio.timeout(PATIENCE_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(asked + b"\r\n")
        assert int((await reader.readline()).split()[1]) == status
        writer.close()
        await writer.wait_closed()


async def test_pages_of_an_allowed_origin_may_ask(http: aiohttp.ClientSession):
    asked = {
        "Origin": PORTAL,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    async with http.options("/graphql", headers=asked) as answer:
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == PORTAL
    async with http.get("/health/live", headers={"Origin": PORTAL}) as answer:
        assert answer.headers["Access-Control-Expose-Headers"] == "X-Request-Id, Retry-After"


@pytest.mark.parametrize("headers", [{}, {"Origin": PORTAL}])
async def test_caches_are_told_once_what_an_answer_depends_on(http: aiohttp.ClientSession, headers: dict[str, str]):
    async with http.post("/graphql", json={"query": "{ __typename }"}, headers=headers) as answer:
        assert answer.headers.getall("Vary") == ["Accept, Accept-Language, Authorization, Origin"]


async def test_pages_of_another_origin_may_not_ask(http: aiohttp.ClientSession):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with http.options("/graphql", headers=asked) as answer:
        assert answer.status == 400
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_operations_are_counted_with_their_errors(http: aiohttp.ClientSession):
    async with http.post("/graphql", json={"query": "{ viewer { email } apiKeys { edges { cursor } } }"}) as answer:
        assert (await answer.json())["errors"]
    async with http.get("/metrics") as answer:
        page = await answer.text()
    assert 'hourglass_operations_total{kind="query"}' in page
    assert 'hourglass_operation_errors_total{code="UNAUTHENTICATED"}' in page
    assert re.search(r'^hourglass_executor_runs_total{by="compiled"} [1-9]', page, re.MULTILINE)


async def test_a_stop_says_goodbye_to_sockets_and_finishes_what_was_asked(fresh_database: Database):
    url = await fresh_database()
    async with serving(url, environment=PATIENT) as server, aiohttp.ClientSession() as http, asking() as (app, begun):
        assert server.process
        client = Client(http, server.url)
        joined = await client.data(JOIN, handle="stopper", email="stopper@example.com")
        live = await client.subscribe("subscription { postWritten { id } }")
        author = Client(app, server.url, joined["signUp"]["tokens"]["accessToken"])
        async with asyncio.timeout(PATIENCE_SECONDS), under_way(url, "lock table posts_post in exclusive mode"):
            writing = [asyncio.create_task(author.data(WRITE, body=f"the last word {n}")) for n in range(20)]
            for _ in writing:
                await begun.acquire()
            server.process.send_signal(signal.SIGTERM)
            assert await goodbye(live) == GOING_AWAY
            assert not any(each.done() for each in writing), "it was answered before the stop"
        answered = await asyncio.gather(*writing)
        assert all(answer["writePost"]["post"]["id"] for answer in answered)
        assert await asyncio.wait_for(server.process.wait(), PATIENCE_SECONDS) == 0


@asynccontextmanager
async def asking() -> AsyncIterator[tuple[aiohttp.ClientSession, asyncio.Semaphore]]:
    """A session whose requests send their bodies when the server says that it reads them, and how many of them did."""
    begun = asyncio.Semaphore(0)

    async def note(*_: object) -> None:
        begun.release()

    tracing = aiohttp.TraceConfig()
    tracing.on_request_chunk_sent.append(note)
    async with aiohttp.ClientSession(headers={"Expect": "100-continue"}, trace_configs=[tracing]) as session:
        yield session, begun


async def goodbye(live: Subscription) -> int:
    """The code with which the server ends a subscription."""
    while (message := await live.socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
        pass
    code: int = message.data
    return code
