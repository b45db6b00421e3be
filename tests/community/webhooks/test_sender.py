"""One attempt ends in time, whatever the other side does, and holds little in memory."""

import gzip

import pytest
from aiohttp import web

from community.webhooks.rules.retries import Answer, Failure
from community.webhooks.sender import KEPT_BYTES, Sender
from tests.community.webhooks import unfriendly
from tests.community.webhooks.hostile import connects
from tests.community.webhooks.unfriendly import Behaviour, misbehaving
from tests.receiver import Receiver, receiving
from tests.servers import free_port

SECONDS = 0.4
"""How long these senders wait, so that the tests need not."""

LONGEST = SECONDS + 1.0
MOST_BYTES = 5_000_000
"""More than sockets and buffers hold on their own, and a small part of what is on offer."""


async def sent_to(url: str) -> Answer:
    async with Sender(timeout_seconds=SECONDS, allows_loopback=True) as sender:
        return await sender.post(url, '{"type": "webhook.test"}', {"content-type": "application/json"})


@pytest.mark.parametrize(
    ("behave", "failure"),
    [
        (unfriendly.says_nothing, Failure.TIMED_OUT),
        (unfriendly.hangs_up, Failure.BROKEN),
        (unfriendly.talks_nonsense, Failure.BROKEN),
        (unfriendly.dribbles_headers, Failure.TIMED_OUT),
        (unfriendly.sends_headers_without_end, Failure.BROKEN),
        (unfriendly.sends_one_header_without_end, Failure.BROKEN),
        (unfriendly.says_continue_without_end, Failure.TIMED_OUT),
        (unfriendly.sends_more_than_it_promises, Failure.BROKEN),
        (unfriendly.says_what_no_row_can_hold, Failure.REFUSED),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_who_gives_no_answer_has_failed_in_time(behave: Behaviour, failure: Failure):
    async with misbehaving(behave) as (url, connections):
        answer = await sent_to(url)
    assert answer.failure is failure
    assert answer.took.total_seconds() < LONGEST
    assert len(connections) == 1
    assert connections[0].sent < MOST_BYTES
    assert "\0" not in answer.body


@pytest.mark.parametrize(
    "behave",
    [
        unfriendly.sends_a_body_without_end,
        unfriendly.sends_chunks_without_end,
        unfriendly.dribbles_a_body,
        unfriendly.promises_more_than_it_sends,
        unfriendly.sends_a_bomb,
    ],
    ids=lambda value: value.__name__,
)
async def test_the_status_decides_and_little_of_the_rest_is_read(behave: Behaviour):
    async with misbehaving(behave) as (url, connections):
        answer = await sent_to(url)
    assert (answer.status, answer.failure) == (200, None)
    assert len(answer.body.encode("utf-8", "replace")) <= KEPT_BYTES * 3
    assert answer.took.total_seconds() < LONGEST
    assert connections[0].sent < MOST_BYTES


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


async def test_a_name_that_leads_nowhere_is_unknown():
    async with Sender(timeout_seconds=5) as sender:
        answer = await sender.post("https://nowhere.invalid/in", "{}", {})
    assert answer.failure is Failure.UNKNOWN_HOST
