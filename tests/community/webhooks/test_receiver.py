"""The example of a receiver: it trusts no stranger, knows what it has heard, and reads from the feed what it missed."""

from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from community.access.policy import Actor, Kind, Scope
from tests.community.webhooks.telling import a_dispatcher, an_endpoint, it_happens
from tests.graph import ask
from tests.receiver import Receiver, receiving

KEY = Actor(kind=Kind.PARTNER, key_id=uuid4(), scopes=frozenset({Scope.EVENTS_READ}))
REMOVED = ["post.removed"]


@pytest.mark.usefixtures("database")
async def test_what_it_missed_is_in_the_feed():
    post = uuid4()
    async with receiving(Receiver()) as receiver, a_dispatcher() as dispatcher:
        await an_endpoint(receiver=receiver, types=REMOVED)
        await it_happens(post)
        await dispatcher.step()
        await dispatcher.finish()
        assert len(receiver.heard) == 1
    # It is away now, and hears nothing of these.
    await it_happens(*[post] * 120)
    cursor = await receiver.catch_up(ask_with_a_key, after=None, types=REMOVED)
    assert len(receiver.heard) == 121
    assert receiver.sequences[str(post)] == list(range(2, 123))
    assert await receiver.catch_up(ask_with_a_key, after=cursor, types=REMOVED) == cursor
    assert receiver.duplicates == 0


@pytest.mark.usefixtures("database")
async def test_a_webhook_carries_the_place_from_which_to_read_on():
    async with receiving(Receiver()) as receiver, a_dispatcher() as dispatcher:
        await an_endpoint(receiver=receiver, types=REMOVED)
        await it_happens(uuid4())
        await dispatcher.step()
        await dispatcher.finish()
    ((_, message),) = receiver.messages
    await it_happens(uuid4())
    await receiver.catch_up(ask_with_a_key, after=message["cursor"], types=REMOVED)
    assert list(receiver.heard.values()) == [1, 1]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "1", "webhook-timestamp": "1700000000", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "1", "webhook-timestamp": "soon", "webhook-signature": "v1,AAAA"},
    ],
)
async def test_it_believes_no_stranger(headers: dict[str, str]):
    async with (
        receiving(Receiver(secret="whsec_c2VjcmV0")) as receiver,
        aiohttp.ClientSession() as http,
        http.post(receiver.url, data='{"id": "1"}', headers=headers) as answer,
    ):
        assert answer.status == 401
    assert (receiver.forged, receiver.heard.total()) == (1, 0)


async def ask_with_a_key(document: str, **variables: Any) -> dict[str, Any]:
    answer = await ask(document, actor=KEY, **variables)
    assert answer.data
    return answer.data
