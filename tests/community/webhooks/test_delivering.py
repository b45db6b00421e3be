"""From the feed to the endpoint: each event once, signed, in the order of its key, again when it failed."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from community import database
from community.access.policy import SYSTEM
from community.kernel import clock
from community.webhooks import queries
from community.webhooks import service as webhooks
from community.webhooks.rules.owners import Owner, OwnerKind
from community.webhooks.rules.retries import ATTEMPTS, HOLDING_ATTEMPTS, Answer, Failure, State
from community.webhooks.service import FAILING, HEALTHY, LANES, Errand
from tests.announcements import announced
from tests.community.webhooks.telling import (
    NOBODY,
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
from tests.community.webhooks.unfriendly import misbehaving, says_nothing
from tests.deadlines import eventually
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.usefixtures("database")

REMOVED = ["post.removed"]


async def test_what_happens_is_sent_once_signed_and_in_the_log():
    async with receiving(Receiver()) as receiver, a_dispatcher() as dispatcher:
        endpoint = (await an_endpoint(receiver=receiver, types=REMOVED)).endpoint
        post = uuid4()
        await it_happens(post)
        for _ in range(3):
            await dispatcher.step()
            await dispatcher.finish()
    ((headers, message),) = receiver.messages
    assert (receiver.duplicates, receiver.forged) == (0, 0)
    assert message["data"]["post_id"] == str(post)
    assert headers["webhook-id"] == message["id"]
    assert headers["hourglass-ordering-key"] == message["ordering_key"] == str(post)
    (delivery,) = await log_of(endpoint.id)
    assert headers["hourglass-delivery"] == str(delivery.id)
    assert delivery.state is State.DELIVERED
    ((attempt,),) = await queries.attempts_at([delivery.id])
    assert (attempt.number, attempt.status, attempt.failure) == (1, 204, None)


async def test_an_endpoint_hears_what_it_wants_from_when_it_was_made():
    await it_happens(uuid4())
    members = (await an_endpoint(types=["members.*"])).endpoint
    posts = (await an_endpoint(types=["posts.*"])).endpoint
    post = uuid4()
    await it_happens(post)
    assert [errand.message.data["post_id"] for errand in await next_errands()] == [str(post)]
    assert await log_of(members.id) == []
    assert len(await log_of(posts.id)) == 1


async def test_a_partner_hears_only_what_names_it():
    owner, other = (Owner(OwnerKind.PARTNER, uuid4()) for _ in range(2))
    endpoints = {partner.id: (await an_endpoint(types=["*"], owner=partner)).endpoint for partner in (owner, other)}
    await it_happens(uuid4())
    await everything_is_spread()
    told = {partner: [each.event_type for each in await log_of(made.id)] for partner, made in endpoints.items()}
    assert told[owner.id] == ["webhook_endpoint.created"]
    data = await database.fetch("select data ->> 'partner_id' as partner from webhooks_delivery order by partner")
    assert [UUID(row["partner"]) for row in data] == sorted(endpoints, key=str)


async def test_events_of_one_subject_go_out_one_after_the_other_and_others_beside_them():
    await an_endpoint(types=REMOVED)
    one, other = uuid4(), uuid4()
    await it_happens(one, one, other, one)
    first = await next_errands()
    assert [errand.message.ordering_key for errand in first] == [str(one), str(other)]
    assert await next_errands() == []
    await webhooks.settle(first[0], TAKEN)
    (second,) = await next_errands()
    assert second.message.sequence == (first[0].message.sequence or 0) + 1


async def test_one_that_fails_holds_back_later_ones_of_its_subject_for_a_while(frozen_clock: datetime):
    await an_endpoint(types=REMOVED)
    one = uuid4()
    await it_happens(one, one)
    now = frozen_clock
    for attempt in range(1, HOLDING_ATTEMPTS + 1):
        with clock.frozen(now):
            (errand,) = await due_errands()
            assert errand.attempt == attempt
            await webhooks.settle(errand, REFUSED)
        now += timedelta(days=1)
    with clock.frozen(now - timedelta(days=1)):
        (later,) = await due_errands()
    assert later.message.sequence == (errand.message.sequence or 0) + 1
    assert later.attempt == 1


async def test_it_is_tried_ten_times_under_the_same_ids_and_then_no_more(frozen_clock: datetime):
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await it_happens(uuid4())
    seen: list[Errand] = []
    for third in range(20):
        with clock.frozen(frozen_clock + timedelta(days=third / 3)):
            for errand in await due_errands():
                seen.append(errand)
                await webhooks.settle(errand, REFUSED)
    assert [errand.attempt for errand in seen] == list(range(1, ATTEMPTS + 1))
    assert len({(errand.message.event_id, errand.message.delivery_id) for errand in seen}) == 1
    (delivery,) = await log_of(endpoint.id)
    assert delivery.state is State.FAILED
    assert delivery.next_attempt_at is None
    (attempts,) = await queries.attempts_at([delivery.id])
    assert {(each.status, each.failure, each.answer) for each in attempts} == {(500, Failure.REFUSED, "not today")}


async def test_a_lost_worker_s_delivery_is_sent_again_under_the_same_ids(frozen_clock: datetime):
    await an_endpoint(types=REMOVED)
    await it_happens(uuid4())
    (lost,) = await next_errands()
    assert await next_errands() == []
    with clock.frozen(frozen_clock + timedelta(seconds=21)):
        (again,) = await next_errands()
        assert again.message == lost.message
        await webhooks.settle(again, TAKEN)
        await webhooks.settle(lost, REFUSED)
    (delivery,) = await log_of(again.endpoint_id)
    assert delivery.state is State.DELIVERED
    assert len((await queries.attempts_at([delivery.id]))[0]) == 2


async def test_two_workers_never_send_the_same():
    await an_endpoint(types=REMOVED)
    await an_endpoint(types=REMOVED)
    await it_happens(*(uuid4() for _ in range(20)))
    await asyncio.gather(*(webhooks.spread() for _ in range(4)))
    await everything_is_spread()
    taken: list[UUID] = []
    while rounds := [errand for each in await asyncio.gather(*(claim() for _ in range(4))) for errand in each]:
        for endpoint_id in {errand.endpoint_id for errand in rounds}:
            assert len([each for each in rounds if each.endpoint_id == endpoint_id]) <= HEALTHY.at_once_each
        taken += [errand.message.delivery_id for errand in rounds]
        await asyncio.gather(*(webhooks.settle(errand, TAKEN) for errand in rounds))
    assert len(taken) == len(set(taken)) == 40


async def test_one_that_fails_gets_one_at_a_time_until_it_is_well_again():
    await an_endpoint(types=REMOVED)
    await it_happens(*(uuid4() for _ in range(8)))
    await everything_is_spread()
    first = await webhooks.claim(HEALTHY, 100)
    assert len(first) == HEALTHY.at_once_each
    for errand in first:
        await webhooks.settle(errand, REFUSED)
    assert await webhooks.claim(HEALTHY, 100) == []
    (probe,) = await webhooks.claim(FAILING, 100)
    assert await webhooks.claim(FAILING, 100) == []
    await webhooks.settle(probe, TAKEN)
    assert len(await webhooks.claim(HEALTHY, 100)) == 2
    assert await endpoint_column(probe.endpoint_id, "failures") == 0


async def test_who_answers_410_is_told_nothing_more_and_its_owner_knows():
    await an_endpoint(types=REMOVED)
    await it_happens(uuid4(), uuid4())
    errand, _ = await next_errands()
    await webhooks.settle(errand, Answer(status=410, failure=Failure.REFUSED))
    await it_happens(uuid4())
    assert await next_errands() == []
    assert (await announced(errand.endpoint_id))[-1] == {
        "type": "webhook_endpoint.disabled",
        "endpoint_id": str(errand.endpoint_id),
        "partner_id": None,
        "reason": "gone",
    }


async def test_who_asks_for_quiet_gets_it(frozen_clock: datetime):
    await an_endpoint(types=REMOVED)
    await it_happens(uuid4(), uuid4())
    errand, _ = await next_errands()
    await webhooks.settle(errand, Answer(status=429, failure=Failure.REFUSED, retry_after="3600"))
    await it_happens(uuid4())
    await everything_is_spread()
    with clock.frozen(frozen_clock + timedelta(minutes=59)):
        assert await due_errands() == []
    with clock.frozen(frozen_clock + timedelta(minutes=61)):
        assert len(await due_errands()) == 1


async def test_who_only_fails_for_days_is_given_up_and_its_owner_knows(frozen_clock: datetime):
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    for day in range(10):
        with clock.frozen(frozen_clock + timedelta(days=day)):
            await it_happens(uuid4())
            for _ in range(3):
                for errand in await due_errands():
                    await webhooks.settle(errand, REFUSED)
    assert await endpoint_column(endpoint.id, "disabled_reason") == "failing"
    disabled_at = await endpoint_column(endpoint.id, "disabled_at")
    assert timedelta(days=5) <= disabled_at - frozen_clock <= timedelta(days=6)
    notices = [fact for fact in await announced(endpoint.id) if fact["type"] == "webhook_endpoint.disabled"]
    assert [notice["reason"] for notice in notices] == ["failing"]


async def test_a_slow_endpoint_holds_up_nobody_else():
    async with (
        misbehaving(says_nothing) as (url, connections),
        receiving(Receiver()) as receiver,
        a_dispatcher(timeout_seconds=1) as dispatcher,
    ):
        slow = (await an_endpoint(url=url, types=REMOVED)).endpoint
        await an_endpoint(receiver=receiver, types=REMOVED)
        await it_happens(*(uuid4() for _ in range(20)))

        async def has_heard_all() -> bool:
            await dispatcher.step()
            return len(receiver.heard) == 20

        await eventually(has_heard_all)
        assert len(connections) <= HEALTHY.at_once_each
        assert {delivery.state for delivery in await log_of(slow.id)} == {State.WAITING}
        await dispatcher.finish()


async def test_the_backlog_of_an_endpoint_is_the_feed_s_and_not_ours():
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await it_happens(*(uuid4() for _ in range(1_500)))
    await everything_is_spread()
    waiting = "select count(*) from webhooks_delivery where state = 'waiting'"
    assert 1_000 <= await database.fetch_value(waiting) < 1_200
    await set_delivered(endpoint.id)
    await everything_is_spread()
    assert 300 < await database.fetch_value(waiting) < 500


async def test_while_switched_off_what_happens_waits_in_the_feed_and_comes_afterwards():
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await webhooks.disable(SYSTEM, endpoint.id)
    posts = [uuid4(), uuid4()]
    await it_happens(*posts)
    assert await next_errands() == []
    assert await database.fetch_value("select count(*) from webhooks_delivery") == 0
    await webhooks.enable(SYSTEM, endpoint.id)
    assert [errand.message.ordering_key for errand in await next_errands()] == [str(post) for post in posts]


async def test_who_is_switched_on_again_may_begin_from_now():
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await it_happens(uuid4())
    await everything_is_spread()
    await webhooks.disable(SYSTEM, endpoint.id)
    await it_happens(uuid4())
    await webhooks.enable(SYSTEM, endpoint.id, skips_backlog=True)
    assert await next_errands() == []
    assert [delivery.state for delivery in await log_of(endpoint.id)] == [State.SKIPPED]
    await it_happens(uuid4())
    assert len(await next_errands()) == 1


async def test_a_deleted_endpoint_is_told_nothing_and_forgotten_with_its_log(frozen_clock: datetime):
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await it_happens(uuid4())
    await everything_is_spread()
    await webhooks.delete(SYSTEM, endpoint.id)
    await it_happens(uuid4())
    assert await next_errands() == []
    month = timedelta(days=30)
    assert (await webhooks.forget_deliveries(month), await webhooks.forget_endpoints()) == (0, 0)
    with clock.frozen(frozen_clock + month + timedelta(seconds=1)):
        assert (await webhooks.forget_deliveries(month), await webhooks.forget_endpoints()) == (1, 1)
    assert await database.fetch_value("select count(*) from webhooks_attempt") == 0


async def test_an_endpoint_moves_while_it_is_told():
    endpoint = (await an_endpoint(types=REMOVED)).endpoint
    await it_happens(uuid4(), uuid4())
    await everything_is_spread()
    await webhooks.edit(SYSTEM, endpoint.id, url=f"{NOBODY}/elsewhere")
    assert {errand.url for errand in await next_errands()} == {f"{NOBODY}/elsewhere"}


async def claim() -> list[Errand]:
    return await webhooks.claim(HEALTHY, 100)


async def due_errands() -> list[Errand]:
    """What is due now in either lane."""
    await everything_is_spread()
    found = [errand for lane in LANES for errand in await webhooks.claim(lane, 100)]
    return sorted(found, key=lambda errand: errand.message.sequence or 0)


@database.transaction()
async def set_delivered(endpoint_id: UUID) -> None:
    await database.execute(
        "update webhooks_delivery set state = 'delivered', settled_at = now() where endpoint_id = $1", endpoint_id
    )
