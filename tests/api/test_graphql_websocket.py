"""Conversations over graphql-transport-ws: how they go, and with which code each wrong turn ends."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType
from starlette.websockets import WebSocket

from api import websocket
from api.logs import CLIENTS_FAULTS
from community.quota import service as quota
from tests.api.toy import Toy, happenings, keep_buckets_from_filling, toy_server, until
from tests.deadlines import PATIENCE_SECONDS

INIT = {"type": "connection_init"}


def subscribe(query: str, id: str = "1", **more: Any) -> dict[str, Any]:
    return {"type": "subscribe", "id": id, "payload": {"query": query, **more}}


@asynccontextmanager
async def introduced(toy: Toy, token: str | None = None) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A conversation that has begun."""
    async with toy.socket() as socket:
        await socket.send_json(INIT | ({"payload": {"authorization": f"Bearer {token}"}} if token else {}))
        assert await socket.receive_json() == {"type": "connection_ack"}
        yield socket


async def end_of(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code that a conversation ends with."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (message := await socket.receive()).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR):
            pass
    return message.data if message.type is WSMsgType.CLOSE else socket.close_code


async def test_a_subscription_sends_its_results_and_completes(toy: Toy) -> None:
    async with introduced(toy) as socket:
        await socket.send_json(subscribe("subscription ($to: Int!) { count(to: $to) }", variables={"to": 2}))
        assert [await socket.receive_json() for _ in range(3)] == [
            {"id": "1", "type": "next", "payload": {"data": {"count": 0}}},
            {"id": "1", "type": "next", "payload": {"data": {"count": 1}}},
            {"id": "1", "type": "complete"},
        ]


@pytest.mark.parametrize("seconds", [0, 0.001])
async def test_many_results_at_once_are_nobodys_fault(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """Who has not had a chance to read, or has a slow line, is not taken for gone."""
    send_text = WebSocket.send_text

    async def send_slowly(socket: WebSocket, text: str) -> None:
        await asyncio.sleep(seconds)
        await send_text(socket, text)

    monkeypatch.setattr(WebSocket, "send_text", send_slowly if seconds else send_text)
    each, ids = 2 * websocket.MAX_QUEUE, [str(number) for number in range(6)]
    told: dict[str, list[int]] = {id: [] for id in ids}
    async with introduced(toy) as socket:
        for id in ids:
            await socket.send_json(subscribe(f"subscription {{ count(to: {each}) }}", id=id))
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in range(len(ids) * (each + 1)):
                message = await socket.receive_json()
                if message["type"] == "next":
                    told[message["id"]].append(message["payload"]["data"]["count"])
    assert told == {id: list(range(each)) for id in ids}


async def test_text_that_is_no_utf_8_ends_the_conversation_and_is_no_fault_of_ours(
    toy: Toy, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "filters", [])
    async with introduced(toy) as socket:
        await socket.send_frame(b"\xff\xfe", WSMsgType.TEXT)
        assert await end_of(socket) == 1007
    assert {line.msg for line in caplog.records if line.name == "uvicorn.error" and line.exc_info} == CLIENTS_FAULTS


async def test_a_query_is_answered_once(toy: Toy) -> None:
    async with introduced(toy, "member") as socket:
        await socket.send_json(subscribe("{ who }"))
        answer = await socket.receive_json()
        assert answer["payload"]["data"]["who"].startswith("member:")
        assert answer["payload"]["extensions"]["cost"]["restoreRate"] == 100
        assert await socket.receive_json() == {"id": "1", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('mutation { write(text: "x") { id } }', "BAD_USER_INPUT"),
        ("{ nothing }", "BAD_USER_INPUT"),
        ("{", "BAD_USER_INPUT"),
        ("", "BAD_USER_INPUT"),
        ("query ($n: Int!) { echo(number: $n) }", "BAD_USER_INPUT"),
        ("subscription ($n: Int!) { count(to: $n) }", "BAD_USER_INPUT"),
        ("subscription { a: count b: count }", "BAD_USER_INPUT"),
    ],
)
async def test_what_cannot_run_is_an_error_of_that_operation_alone(toy: Toy, query: str, code: str) -> None:
    async with introduced(toy) as socket:
        await socket.send_json(subscribe(query))
        answer = await socket.receive_json()
        assert (answer["type"], answer["id"]) == ("error", "1")
        assert answer["payload"][0]["extensions"]["code"] == code
        await socket.send_json(subscribe("{ hello }"))
        assert (await socket.receive_json())["payload"]["data"] == {"hello": "world"}
    assert happenings.written == []


async def test_completing_ends_a_subscription_and_frees_its_id(toy: Toy) -> None:
    async with introduced(toy) as socket:
        await socket.send_json(subscribe("subscription { waiting { id } }"))
        assert (await socket.receive_json())["type"] == "next"
        await socket.send_json({"type": "complete", "id": "1"})
        await until(lambda: happenings.live == 0)
        await socket.send_json(subscribe("{ hello }"))
        assert (await socket.receive_json())["type"] == "next"


async def test_leaving_ends_all_subscriptions(toy: Toy) -> None:
    async with introduced(toy) as socket:
        for number in range(3):
            await socket.send_json(subscribe("subscription { waiting { id } }", str(number)))
        await until(lambda: happenings.live == 3)
    await until(lambda: happenings.live == 0)


async def test_an_abandoned_connection_ends_its_subscriptions(toy: Toy) -> None:
    async with introduced(toy) as socket:
        await socket.send_json(subscribe("subscription { waiting { id } }"))
        await until(lambda: happenings.live == 1)
        transport = socket.get_extra_info("socket")
        assert transport is not None
        socket._response.connection.transport.abort()  # type: ignore[union-attr]
        await until(lambda: happenings.live == 0)


async def test_a_subscription_that_fails_says_so_and_hides_why(toy: Toy) -> None:
    async with introduced(toy) as socket:
        await socket.send_json(subscribe("subscription { failing }"))
        assert (await socket.receive_json())["type"] == "next"
        answer = await socket.receive_json()
        assert answer["type"] == "error"
        assert answer["payload"][0]["extensions"]["code"] == "INTERNAL"
        assert "hunter2" not in str(answer)


async def test_pings_are_answered(toy: Toy) -> None:
    async with introduced(toy) as socket:
        await socket.send_json({"type": "ping", "payload": {"a": 1}})
        assert await socket.receive_json() == {"type": "pong"}
        await socket.send_json({"type": "pong"})
        await socket.send_json(subscribe("{ hello }"))
        assert (await socket.receive_json())["type"] == "next"


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["nothing"], 4400),
        (["[]"], 4400),
        (["null"], 4400),
        (['"x"'], 4400),
        (["{}"], 4400),
        (['{"type": 1}'], 4400),
        (['{"type": "start", "id": "1", "payload": {"query": "{ hello }"}}'], 4400),
        (['{"type": "subscribe", "id": "1"}'], 4400),
        (['{"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}}'], 4400),
        (['{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}'], 4400),
        (['{"type": "subscribe", "id": "1", "payload": []}'], 4400),
        (['{"type": "complete"}'], 4400),
        (['{"type": "connection_init", "payload": []}'], 4400),
        (["[" * 2000 + "]" * 2000], 4400),
        ([b"\x00\x01"], 4400),
        (['{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }"}}'], 4401),
        (['{"type": "connection_init"}', '{"type": "connection_init"}'], 4429),
        (['{"type": "connection_init", "payload": {"authorization": "Bearer forged"}}'], 4403),
        (['{"type": "connection_init", "payload": {"Authorization": "Bearer forged"}}'], 4403),
        (['{"type": "connection_init", "payload": {"token": "forged"}}'], 4403),
        (['{"type": "connection_init", "payload": {"token": {"jwt": "member"}}}'], 4403),
        (['{"type": "connection_init", "payload": {"authorization": ["Bearer member"]}}'], 4403),
        (["x" * 70_000], 1009),
        (["你" * 30_000], 1009),
        (["x" * 200_000], 1009),
    ],
)
async def test_a_wrong_turn_ends_the_conversation_with_its_code(toy: Toy, messages: list[Any], code: int) -> None:
    async with toy.socket() as socket:
        for message in messages:
            await (socket.send_str(message) if isinstance(message, str) else socket.send_bytes(message))
        assert await end_of(socket) == code
    assert toy.log == []


async def test_an_id_in_use_ends_the_conversation(toy: Toy) -> None:
    async with introduced(toy) as socket:
        for _ in range(2):
            await socket.send_json(subscribe("subscription { waiting { id } }"))
        assert await end_of(socket) == 4409
    await until(lambda: happenings.live == 0)


async def test_more_than_20_messages_a_second_end_the_conversation(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "time", SimpleNamespace(monotonic=lambda: 0.0))
    async with introduced(toy) as socket:
        for _ in range(30):
            await socket.send_json({"type": "ping"})
        assert await end_of(socket) == 4429


async def test_20_operations_run_on_one_connection(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "MESSAGES_PER_SECOND", 100)
    async with introduced(toy) as socket:
        for number in range(21):
            await socket.send_json(subscribe("subscription { waiting { id } }", str(number)))
        answers = [await socket.receive_json() for _ in range(21)]
        (refused,) = [answer for answer in answers if answer["type"] == "error"]
        assert refused["id"] == "20"
        await socket.send_json({"type": "complete", "id": "3"})
        await until(lambda: happenings.live == 19)
        await socket.send_json(subscribe("{ hello }", "21"))
        assert (await socket.receive_json())["type"] == "next"


async def test_a_silent_connection_is_closed(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy.door.sockets, "init_seconds", 0.05)
    async with toy.socket() as socket:
        assert await end_of(socket) == 4408


async def test_who_does_not_read_is_disconnected(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy.door.sockets, "send_seconds", 0.05)
    async with introduced(toy) as socket:
        socket._response.connection.transport.pause_reading()  # type: ignore[union-attr]
        await socket.send_json(subscribe("subscription { flood }"))
        await until(lambda: not toy.door.sockets.are_open)
        socket._response.connection.transport.resume_reading()  # type: ignore[union-attr]
        assert await end_of(socket) in (1013, 1006)


async def test_an_ended_session_ends_the_conversation(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy.door.sockets, "reauthenticate_seconds", 0.02)
    async with introduced(toy, "member") as socket, introduced(toy, "partner") as other, introduced(toy) as stranger:
        for open_socket in (socket, other, stranger):
            await open_socket.send_json(subscribe("subscription { waiting { id } }"))
            assert (await open_socket.receive_json())["type"] == "next"
        toy.guards.revoked.add("Bearer member")
        assert await end_of(socket) == 4403
        for open_socket in (other, stranger):
            await open_socket.send_json({"type": "ping"})
            assert await open_socket.receive_json() == {"type": "pong"}


async def test_who_lost_a_role_is_disconnected(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy.door.sockets, "reauthenticate_seconds", 0.02)
    async with introduced(toy, "admin") as socket:
        toy.guards.demoted.add("Bearer admin")
        assert await end_of(socket) == 4403


async def test_other_protocols_are_not_spoken(toy: Toy) -> None:
    for protocols in (["graphql-ws"], []):
        async with toy.socket(protocols=protocols) as socket:
            assert await end_of(socket) == 4406


async def test_pages_of_other_sites_cannot_connect(toy: Toy) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            async with toy.socket(origin=origin):
                pass
        assert caught.value.status == 403
    async with toy.socket(origin=toy.url.removesuffix("/graphql")) as socket:
        await socket.send_json(INIT)
        assert await socket.receive_json() == {"type": "connection_ack"}


async def test_sockets_pay_from_the_same_bucket(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_buckets_from_filling(monkeypatch)
    expensive = "{ posts(first: 90) { nodes { id author { name } } } }"
    async with introduced(toy) as socket:
        for number in range(4):
            await socket.send_json(subscribe(expensive, str(number)))
        answers = [await socket.receive_json() for _ in range(6)]
    refused = [answer for answer in answers if answer["type"] == "error"]
    assert len(refused) == 2
    assert refused[0]["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


@pytest.mark.usefixtures("database")
async def test_a_server_that_stops_says_so_to_its_sockets() -> None:
    quota.forget_leases()
    happenings.begin_anew()
    async with toy_server() as toy:
        socket = await toy.socket()
        await socket.send_json(INIT)
        await socket.receive_json()
        await socket.send_json(subscribe("subscription { waiting { id } }"))
        await until(lambda: happenings.live == 1)
        toy.door.stop()
        assert await end_of(socket) == 1001
        await until(lambda: happenings.live == 0)
        late = await toy.socket()
        assert await end_of(late) == 1001
