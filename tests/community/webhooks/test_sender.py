"""One attempt ends in time, whatever the other side does, and holds little in memory."""

import gzip
import socket
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from community.webhooks.rules.retries import Answer, Failure
from community.webhooks.sender import KEPT_BYTES, Sender
from tests.community.webhooks import unfriendly
from tests.community.webhooks.hostile import connects
from tests.community.webhooks.unfriendly import Behaviour, Connection, misbehaving
from tests.deadlines import PATIENCE_SECONDS
from tests.receiver import Receiver, receiving
from tests.servers import free_port

SECONDS = 0.4
"""How long is waited for who never comes to an end, so that the tests need not."""

MOST_BYTES = 5_000_000
"""More than sockets and buffers hold on their own, and a small part of what is on offer."""

Attempt = tuple[Answer, list[Connection]]
"""What came of it, and the connections that the receiver had."""


async def sent_to(url: str, *, seconds: float = PATIENCE_SECONDS) -> Answer:
    async with Sender(timeout_seconds=seconds, allows_loopback=True) as sender:
        return await sender.post(url, '{"type": "webhook.test"}', {"content-type": "application/json"})


async def attempt(behave: Behaviour, *, seconds: float = PATIENCE_SECONDS) -> Attempt:
    async with misbehaving(behave) as (url, connections):
        return await sent_to(url, seconds=seconds), connections


async def attempt_cut_off(behave: Behaviour, has_begun: Callable[[Attempt], object]) -> Attempt:
    """An attempt whose time was over after it had begun; on a machine too slow for that, one that has more time."""
    seconds = SECONDS
    while not has_begun(made := await attempt(behave, seconds=seconds)) and seconds < PATIENCE_SECONDS:
        seconds *= 2
    return made


def assert_once_and_little(connections: list[Connection]) -> None:
    assert len(connections) == 1
    assert connections[0].sent < MOST_BYTES


@pytest.mark.parametrize(
    ("behave", "failure"),
    [
        (unfriendly.hangs_up, Failure.BROKEN),
        (unfriendly.talks_nonsense, Failure.BROKEN),
        (unfriendly.sends_headers_without_end, Failure.BROKEN),
        (unfriendly.sends_one_header_without_end, Failure.BROKEN),
        (unfriendly.sends_more_than_it_promises, Failure.BROKEN),
        (unfriendly.says_what_no_row_can_hold, Failure.REFUSED),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_who_gives_no_answer_has_failed(behave: Behaviour, failure: Failure):
    answer, connections = await attempt(behave)
    assert answer.failure is failure
    assert_once_and_little(connections)
    assert "\0" not in answer.body


@pytest.mark.parametrize(
    "behave",
    [unfriendly.says_nothing, unfriendly.dribbles_headers, unfriendly.says_continue_without_end],
    ids=lambda value: value.__name__,
)
async def test_who_never_answers_has_failed_when_the_time_is_over(behave: Behaviour):
    answer, connections = await attempt_cut_off(behave, has_begun=lambda made: made[1])
    assert answer.failure is Failure.TIMED_OUT
    assert SECONDS <= answer.took.total_seconds() < PATIENCE_SECONDS
    assert_once_and_little(connections)


@pytest.mark.parametrize(
    "behave",
    [
        unfriendly.sends_a_body_without_end,
        unfriendly.sends_chunks_without_end,
        unfriendly.promises_more_than_it_sends,
        unfriendly.sends_a_bomb,
    ],
    ids=lambda value: value.__name__,
)
async def test_the_status_decides_and_little_of_the_rest_is_read(behave: Behaviour):
    answer, connections = await attempt(behave)
    assert (answer.status, answer.failure) == (200, None)
    assert len(answer.body.encode("utf-8", "replace")) <= KEPT_BYTES * 3
    assert_once_and_little(connections)


async def test_a_body_that_dribbles_is_read_for_a_moment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("community.webhooks.sender.BODY_SECONDS", 0.1)
    answer, connections = await attempt(unfriendly.dribbles_a_body)
    assert (answer.status, answer.failure) == (200, None)
    assert len(answer.body) < 1_000, "it was read to its end"
    assert_once_and_little(connections)


async def test_the_status_decides_where_the_time_is_over_before_the_body(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("community.webhooks.sender.BODY_SECONDS", PATIENCE_SECONDS)
    answer, connections = await attempt_cut_off(unfriendly.dribbles_a_body, has_begun=lambda made: made[0].status)
    assert (answer.status, answer.failure) == (200, None)
    assert len(answer.body) < 1_000, "it was read to its end"
    assert_once_and_little(connections)


def test_the_bomb_is_one():
    assert len(unfriendly.BOMB) < 100_000 < 1_000_000 < len(gzip.decompress(unfriendly.BOMB))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int):
    async with receiving(Receiver(secret="whsec_c2VjcmV0")) as victim:

        async def elsewhere(_: web.Request) -> web.Response:
            return web.Response(status=status, headers={"location": victim.url})

        app = web.Application()
        app.router.add_post("/in", elsewhere)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        with connects() as connected:
            answer = await sent_to(f"http://127.0.0.1:{runner.addresses[0][1]}/in")
        await runner.cleanup()
    assert (answer.status, answer.failure) == (status, Failure.REDIRECTED)
    assert len(connected) == 1
    assert victim.forged == 0


async def test_nobody_there_is_no_answer():
    answer = await sent_to(f"http://127.0.0.1:{free_port()}/in")
    assert answer.failure is Failure.NOT_CONNECTED


async def test_who_speaks_no_tls_is_not_trusted():
    async with receiving(Receiver(secret="whsec_c2VjcmV0")) as receiver:
        answer = await sent_to(receiver.url.replace("http:", "https:"))
        assert receiver.forged == 0
    assert answer.failure is Failure.UNTRUSTED


async def test_a_name_that_leads_nowhere_is_unknown(monkeypatch: pytest.MonkeyPatch):
    look_up = socket.getaddrinfo

    def look_up_here(host: str, *more: Any) -> Any:
        if host == "nowhere.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)
    async with Sender(timeout_seconds=PATIENCE_SECONDS) as sender:
        answer = await sender.post("https://nowhere.invalid/in", "{}", {})
    assert answer.failure is Failure.UNKNOWN_HOST
