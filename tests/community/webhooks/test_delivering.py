"""From the feed to the endpoint: each event once, signed, in the order of its key, again when it failed."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from community import database
from community.access.policy import SYSTEM
from community.kernel import clock
from community.webhooks import queries
from community.webhooks import service as webhooks
from community.webhooks.rules.retries import HOLDING_ATTEMPTS, Answer, Disabling, Failure, State
from community.webhooks.service import FAILING, HEALTHY
from tests.announcements import announced
from tests.community.webhooks.telling import (
    REFUSED,
    TAKEN,
    a_dispatcher,
    an_endpoint,
    endpoint_column,
    everything_is_spread,
    it_happens,
    log_of,
    next_errands,
)
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.usefixtures("database")


async def test_what_happens_is_sent_once_signed_and_in_the_log():
    async with receiving(Receiver()) as receiver, a_dispatcher() as dispatcher:
        endpoint = (await an_endpoint(receiver=receiver)).endpoint
        post = uuid4()
        await it_happens(post)
        for _ in range(3):
            await dispatcher.step()
            await dispatcher.finish()
    ((headers, message),) = [each for each in receiver.messages if each[1]["type"] == "post.removed"]
    assert receiver.duplicates == 0
    assert receiver.forged == 0
    assert message["data"]["post_id"] == str(post)
    assert headers["webhook-id"] == message["id"]
    assert headers["hourglass-ordering-key"] == message["ordering_key"] == str(post)
    (delivery,) = await log_of(endpoint.id, event_type="post.removed")
    assert headers["hourglass-delivery"] == str(delivery.id)
    assert delivery.state is State.DELIVERED
    ((attempt,),) = await queries.attempts_at([delivery.id])
    assert (attempt.number, attempt.status, attempt.failure) == (1, 204, None)
