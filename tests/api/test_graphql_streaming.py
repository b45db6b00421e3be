"""Results over plain HTTP as they come: graphql-sse in distinct connections mode, and multipart parts."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
import orjson
import pytest

from community.quota import service as quota
from tests.api.toy import Toy, happenings, toy_server, until
from tests.deadlines import PATIENCE_SECONDS

EVENTS = "text/event-stream"
PARTS = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'


@asynccontextmanager
async def asked(
    toy: Toy, query: str, accept: str, token: str | None = None, **more: Any
) -> AsyncIterator[aiohttp.ClientResponse]:
    """A stream that has begun."""
    headers = {"Accept": accept} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with toy.client.post(toy.url, json={"query": query, **more}, headers=headers) as response:
        yield response


def events_in(text: str) -> list[tuple[str, Any]]:
    """The events of a stream; comments are skipped."""
    events = []
    for block in text.split("\n\n"):
        lines = dict(line.partition(":")[::2] for line in block.splitlines() if not line.startswith(":"))
        if lines:
            data = lines["data"].strip()
            events.append((lines["event"].strip(), orjson.loads(data) if data else None))
    return events


def parts_in(text: str) -> list[Any]:
    """The parts of a multipart body that ended as it should."""
    first, *parts = text.split("--graphql")
    assert first == ""
    assert parts.pop() == "--\r\n"
    return [orjson.loads(part.partition("\r\n\r\n")[2]) for part in parts]


@contextmanager
def counted_tasks() -> Iterator[list[str]]:
    """The names of all coroutines that became tasks of this loop inside the block."""
    loop, begun = asyncio.get_running_loop(), list[str]()

    def count(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
        begun.append(getattr(work, "__qualname__", repr(work)))
        return asyncio.Task(work, loop=loop, **more)

    loop.set_task_factory(count)
    try:
        yield begun
    finally:
        loop.set_task_factory(None)


async def test_a_subscription_comes_as_events(toy: Toy) -> None:
    async with asked(toy, "subscription { count(to: 2) }", EVENTS) as response:
        assert response.status == 200
        assert response.content_type == EVENTS
        assert events_in(await response.text()) == [
            ("next", {"data": {"count": 0}}),
            ("next", {"data": {"count": 1}}),
            ("complete", None),
        ]


async def test_a_subscription_comes_as_parts(toy: Toy) -> None:
    async with asked(toy, "subscription { count(to: 2) }", PARTS) as response:
        assert response.headers["Content-Type"] == 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
        assert parts_in(await response.text()) == [
            {"payload": {"data": {"count": 0}}},
            {"payload": {"data": {"count": 1}}},
        ]


async def test_get_subscribes_to_events(toy: Toy) -> None:
    params = {"query": "subscription { count(to: 1) }"}
    async with toy.client.get(toy.url, params=params, headers={"Accept": EVENTS}) as response:
        assert [event for event, _ in events_in(await response.text())] == ["next", "complete"]


async def test_a_query_is_an_event_only_where_nothing_else_is_accepted(toy: Toy) -> None:
    async with asked(toy, "{ hello }", EVENTS) as response:
        (next_event, complete) = events_in(await response.text())
        assert (next_event[1]["data"], complete) == ({"hello": "world"}, ("complete", None))
    async with asked(toy, "{ hello }", PARTS) as response:
        assert (await response.json())["data"] == {"hello": "world"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { nothing }", "BAD_USER_INPUT"),
        ("subscription ($n: Int!) { count(to: $n) }", "BAD_USER_INPUT"),
        ("{", "BAD_USER_INPUT"),
    ],
)
async def test_what_cannot_run_is_one_event(toy: Toy, query: str, code: str) -> None:
    async with asked(toy, query, EVENTS) as response:
        (event, payload), complete = events_in(await response.text())
        assert (event, payload["errors"][0]["extensions"]["code"], complete) == ("next", code, ("complete", None))


async def test_a_subscription_that_fails_says_so_and_hides_why(toy: Toy) -> None:
    async with asked(toy, "subscription { failing }", EVENTS) as response:
        text = await response.text()
    (_, failed, complete) = events_in(text)
    assert failed[1]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert complete == ("complete", None)
    assert "hunter2" not in text


@pytest.mark.parametrize(("accept", "heartbeat"), [(EVENTS, b":\n\n"), (PARTS, b"{}\r\n--graphql")])
async def test_a_silent_stream_shows_that_it_lives(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, accept: str, heartbeat: bytes
) -> None:
    monkeypatch.setattr(toy.door.streams, "heartbeat_seconds", 0.02)
    async with asked(toy, "subscription { waiting { id } }", accept) as response:
        found = b""
        while found.count(heartbeat) < 3:
            found += await asyncio.wait_for(response.content.readany(), PATIENCE_SECONDS)


@pytest.mark.parametrize("accept", [EVENTS, PARTS])
async def test_results_cost_no_task_of_their_own(toy: Toy, accept: str) -> None:
    async with asked(toy, "subscription { count(to: 2) }", accept) as known:
        await known.read()
    with counted_tasks() as few:
        async with asked(toy, "subscription { count(to: 2) }", accept) as response:
            await response.read()
    with counted_tasks() as many:
        async with asked(toy, "subscription { count(to: 200) }", accept) as response:
            await response.read()
    assert len(many) < len(few) + 50


@pytest.mark.parametrize("accept", [EVENTS, PARTS])
async def test_leaving_ends_the_subscription(toy: Toy, accept: str) -> None:
    async with asked(toy, "subscription { waiting { id } }", accept) as response:
        await response.content.readany()
        await until(lambda: happenings.live == 1)
    await until(lambda: happenings.live == 0)


@pytest.mark.parametrize("change", ["revoked", "demoted"])
async def test_an_ended_session_or_a_lost_role_ends_its_stream(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(toy.door.streams, "reauthenticate_seconds", 0.02)
    async with asked(toy, "subscription { waiting { id } }", EVENTS, "admin") as response:
        await until(lambda: happenings.live == 1)
        getattr(toy.guards, change).add("Bearer admin")
        (_, last, complete) = events_in(await asyncio.wait_for(response.text(), PATIENCE_SECONDS))
        assert last[1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert complete == ("complete", None)
    assert happenings.live == 0


@pytest.mark.usefixtures("database")
async def test_a_server_that_stops_completes_its_streams() -> None:
    quota.forget_leases()
    happenings.begin_anew()
    async with toy_server() as toy, asked(toy, "subscription { waiting { id } }", EVENTS) as response:
        await until(lambda: happenings.live == 1)
        toy.door.stop()
        assert events_in(await asyncio.wait_for(response.text(), PATIENCE_SECONDS))[-1] == ("complete", None)
        assert happenings.live == 0


async def test_a_stream_is_no_way_around_the_content_type(toy: Toy) -> None:
    headers = {"Accept": EVENTS, "Content-Type": "text/plain"}
    async with toy.client.post(toy.url, data=b'{"query": "{ hello }"}', headers=headers) as response:
        assert response.status == 415


async def test_a_mutation_runs_over_a_stream_once(toy: Toy) -> None:
    async with asked(toy, 'mutation { write(text: "x") { id } }', EVENTS) as response:
        assert events_in(await response.text())[0][1]["data"] == {"write": {"id": "1"}}
    assert happenings.written == ["x"]
