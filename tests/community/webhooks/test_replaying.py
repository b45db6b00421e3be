"""Telling again: under the same event id, in order, and no more than there is."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from community import database
from community.access.policy import SYSTEM
from community.kernel import clock
from community.kernel.errors import BadInput, NotFound
from community.webhooks import service as webhooks
from community.webhooks.errors import EventNotInFeed
from community.webhooks.rules.owners import Owner, OwnerKind
from community.webhooks.rules.retries import State
from tests.community.webhooks.telling import (
    REFUSED,
    TAKEN,
    a_dispatcher,
    an_endpoint,
    everything_is_spread,
    it_happens,
    log_of,
    next_errands,
)
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.usefixtures("database")

REMOVED = ["post.removed"]


async def test_a_test_reaches_even_an_endpoint_that_is_switched_off_and_is_sent_once():
    async with receiving(Receiver(answers=[204, 500])) as receiver, a_dispatcher() as dispatcher:
        endpoint = (await an_endpoint(receiver=receiver)).endpoint
        await webhooks.disable(SYSTEM, endpoint.id)
        sent = [(await webhooks.send_test(SYSTEM, endpoint.id)).id for _ in range(2)]
        for _ in range(3):
            await dispatcher.step()
            await dispatcher.finish()
    ((_, message),) = receiver.messages
    assert (message["type"], message["sequence"], message["data"]) == (
        "webhook.test",
        None,
        {"endpoint_id": str(endpoint.id)},
    )
    log = {delivery.id: delivery for delivery in await log_of(endpoint.id)}
    assert sorted(log[each].state for each in sent) == [State.DELIVERED, State.FAILED]
    assert all(log[each].attempts == 1 for each in sent)


async def test_a_failed_test_says_nothing_about_the_endpoint_s_health():
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await webhooks.send_test(SYSTEM, endpoint.id)
    (errand,) = await next_errands()
    await webhooks.settle(errand, REFUSED)
    await it_happens(uuid4(), uuid4())
    assert len(await next_errands()) == 2


async def test_a_delivery_is_sent_again_under_the_same_event_id():
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await it_happens(uuid4())
    (errand,) = await next_errands()
    await webhooks.settle(errand, TAKEN)
    again = await webhooks.replay_delivery(SYSTEM, errand.message.delivery_id)
    (second,) = await next_errands()
    assert second.message.event_id == errand.message.event_id
    assert second.message.body() == errand.message.body()
    assert second.message.delivery_id == again.id != errand.message.delivery_id
    assert len(await log_of(endpoint.id)) == 2


async def test_a_delivery_that_waits_is_sent_now_and_not_twice(frozen_clock: datetime):
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await it_happens(uuid4())
    (errand,) = await next_errands()
    await webhooks.settle(errand, REFUSED)
    again = await asyncio.gather(*(webhooks.replay_delivery(SYSTEM, errand.message.delivery_id) for _ in range(4)))
    assert {each.id for each in again} == {errand.message.delivery_id}
    assert again[0].next_attempt_at == frozen_clock
    assert len(await log_of(endpoint.id)) == 1


async def test_any_event_of_the_feed_can_be_told():
    await it_happens(uuid4())
    event_id = await database.fetch_value("select id from outbox_fact")
    endpoint = (await an_endpoint(types=["members.*"])).endpoint
    sent = await webhooks.replay_event(SYSTEM, endpoint.id, event_id)
    assert (sent.event_id, sent.state) == (event_id, State.WAITING)


async def test_what_the_feed_does_not_hold_for_it_cannot():
    await it_happens(uuid4())
    event_id = await database.fetch_value("select id from outbox_fact")
    house = (await an_endpoint()).endpoint
    partner = (await an_endpoint(types=["webhooks.*"], owner=Owner(OwnerKind.PARTNER, uuid4()))).endpoint
    with pytest.raises(EventNotInFeed):
        await webhooks.replay_event(SYSTEM, partner.id, event_id)
    with pytest.raises(EventNotInFeed):
        await webhooks.replay_event(SYSTEM, house.id, uuid4())
    with pytest.raises(NotFound):
        await webhooks.replay_event(SYSTEM, uuid4(), event_id)
    with pytest.raises(NotFound):
        await webhooks.replay_delivery(SYSTEM, uuid4())


async def test_everything_since_a_moment_is_told_again_in_order(frozen_clock: datetime):
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    post = uuid4()
    for hour in range(4):
        with clock.frozen(frozen_clock + timedelta(hours=hour)):
            await it_happens(post)
            (errand,) = await next_errands()
            await webhooks.settle(errand, TAKEN)
    told = [delivery.sequence for delivery in await log_of(endpoint.id)]
    with clock.frozen(frozen_clock + timedelta(hours=4)):
        for _ in range(2):
            await webhooks.replay_since(SYSTEM, endpoint.id, frozen_clock + timedelta(hours=2))
        again = []
        while errands := await next_errands():
            again += [errand.message.sequence for errand in errands]
            for errand in errands:
                await webhooks.settle(errand, TAKEN)
        with pytest.raises(BadInput):
            await webhooks.replay_since(SYSTEM, endpoint.id, frozen_clock + timedelta(hours=4))
    assert again == told[2:]
    events = [delivery.event_id for delivery in await log_of(endpoint.id)]
    assert events[4:] == events[2:4]


async def test_a_replay_may_begin_where_time_does():
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    replayed = await webhooks.replay_since(SYSTEM, endpoint.id, datetime.min.replace(tzinfo=UTC))
    assert replayed.id == endpoint.id


async def test_a_replay_does_not_double_what_still_waits(frozen_clock: datetime):
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await it_happens(uuid4(), uuid4())
    await everything_is_spread()
    with clock.frozen(frozen_clock + timedelta(seconds=1)):
        await webhooks.replay_since(SYSTEM, endpoint.id, frozen_clock)
    await everything_is_spread()
    assert len(await log_of(endpoint.id)) == 2
