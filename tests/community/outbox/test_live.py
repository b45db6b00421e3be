"""Live subscribers get every fact after they subscribed, in order, and none twice."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from community import database as db
from community.access.policy import ANONYMOUS, SYSTEM
from community.database import transaction
from community.kernel.errors import Unauthenticated
from community.outbox import queries, tail, worker
from community.outbox import service as outbox
from community.outbox.errors import SlowConsumer
from community.outbox.live import BATCH, LAG
from community.outbox.queries import Filter
from community.settings import Settings
from tests.community.outbox.notes import NoteRead, NoteTaken, a_note, announce
from tests.deadlines import PATIENCE_SECONDS


@pytest_asyncio.fixture
async def serving(database: str) -> AsyncIterator[None]:
    async with worker.serving(Settings(database_url=database, redis_url=None)):
        yield


async def take(subscription: AsyncIterator[NoteTaken], count: int) -> list[int]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return [(await anext(subscription)).number for _ in range(count)]


@pytest.mark.usefixtures("serving")
async def test_a_subscriber_gets_what_is_committed_after_it_subscribed():
    earlier = outbox.live(NoteTaken)
    await announce(a_note(1))
    assert await take(earlier, 1) == [1]
    later = outbox.live(NoteTaken)
    await announce(a_note(2), a_note(3))
    assert await take(later, 2) == [2, 3]
    assert await take(earlier, 2) == [2, 3]


@pytest.mark.usefixtures("serving")
async def test_a_subscriber_gets_its_types_and_its_subject_alone():
    note_id = uuid4()
    subscription = outbox.live(NoteTaken, subject=note_id)
    await announce(a_note(1), NoteRead(note_id=note_id, number=2), a_note(3, note_id=note_id))
    assert await take(subscription, 1) == [3]


@pytest.mark.usefixtures("serving")
async def test_a_subscriber_gets_several_types_in_their_order():
    subscription = outbox.live(NoteTaken, NoteRead)
    note = a_note(1)
    await announce(note, NoteRead(note_id=note.note_id, number=2), a_note(3))
    assert await take(subscription, 3) == [1, 2, 3]


@pytest.mark.usefixtures("serving")
async def test_a_subscriber_who_does_not_read_for_a_while_misses_nothing():
    slow, quick = outbox.live(NoteTaken), outbox.live(NoteTaken)
    numbers = list(range(1_000))
    for start in range(0, 1_000, 50):
        await announce(*(a_note(number) for number in numbers[start : start + 50]))
    assert await take(quick, 1_000) == numbers
    await announce(a_note(1_000))
    assert await take(slow, 1_001) == [*numbers, 1_000]


@pytest.mark.usefixtures("serving")
async def test_what_waits_is_taken_together_and_what_does_not_wait_is_not_waited_for():
    subscription = outbox.live(NoteTaken)
    await announce(a_note(0))
    async with asyncio.timeout(PATIENCE_SECONDS):
        batches = [await subscription.batch()]
        await announce(*(a_note(number) for number in range(1, BATCH + 4)))
        batches += [await subscription.batch() for _ in range(2)]
        subscription.close()
        batches.append(await subscription.batch())
    numbers = [[note.number for note in batch] for batch in batches]
    assert numbers == [[0], [*range(1, BATCH + 1)], [*range(BATCH + 1, BATCH + 4)], []]


@pytest.mark.usefixtures("serving")
async def test_a_subscriber_who_stops_reading_is_told_in_the_end_where_to_go_on():
    stuck = outbox.live(NoteTaken)
    await announce_many(LAG + 200)
    await tail.current().catch_up()
    await take(stuck, tail.QUEUE)
    with pytest.raises(SlowConsumer) as told:
        await take(stuck, 1)
    assert told.value.sequence == tail.QUEUE
    assert told.value.behind == LAG + 100


@pytest.mark.usefixtures("serving")
async def test_following_from_a_place_goes_on_into_what_happens_now_without_a_gap():
    await announce_many(250)
    feed = outbox.follow(SYSTEM, after=100)
    writing = asyncio.gather(*(announce(a_note()) for _ in range(50)))
    async with asyncio.timeout(PATIENCE_SECONDS):
        sequences = [(await anext(feed)).sequence for _ in range(200)]
    await writing
    assert sequences == list(range(101, 301))


@pytest.mark.usefixtures("serving")
async def test_following_from_a_place_this_process_has_not_seen_repeats_nothing():
    feed = outbox.follow(SYSTEM, after=2)
    await announce(a_note(1), a_note(2), a_note(3))
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await anext(feed)).sequence == 3


@pytest.mark.usefixtures("serving")
async def test_following_some_types_skips_the_others():
    await announce(a_note(1), NoteRead(note_id=uuid4(), number=2))
    feed = outbox.follow(SYSTEM, after=0, which=Filter(types=("note.read",)))
    await announce(a_note(3), NoteRead(note_id=uuid4(), number=4))
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert [(await anext(feed)).payload["number"] for _ in range(2)] == [2, 4]


@pytest.mark.usefixtures("serving")
async def test_following_the_feed_needs_the_permission():
    with pytest.raises(Unauthenticated):
        outbox.follow(ANONYMOUS)


@pytest.mark.usefixtures("serving")
async def test_a_dropped_subscription_is_forgotten():
    subscriptions = [outbox.live(NoteTaken) for _ in range(3)]
    assert tail.current().subscribers == 3
    subscriptions.clear()
    assert tail.current().subscribers == 0


@pytest.mark.usefixtures("serving")
async def test_a_generator_that_is_closed_leaves_no_subscription():
    async def resolver() -> AsyncIterator[int]:
        async for note in outbox.live(NoteTaken):
            yield note.number

    generator = resolver()
    first = asyncio.ensure_future(anext(generator))
    await asyncio.sleep(0)
    await announce(a_note(1))
    assert await asyncio.wait_for(first, PATIENCE_SECONDS) == 1
    await generator.aclose()
    assert tail.current().subscribers == 0


async def test_subscriptions_end_when_the_process_stops_serving(database: str):
    async with worker.serving(Settings(database_url=database, redis_url=None)):
        ending = asyncio.ensure_future(anext(outbox.live(NoteTaken), None))
        await asyncio.sleep(0)
    assert await asyncio.wait_for(ending, PATIENCE_SECONDS) is None


async def test_a_process_that_does_not_serve_has_no_subscriptions():
    with pytest.raises(RuntimeError, match="does not follow the feed"):
        outbox.live(NoteTaken)


@pytest.mark.usefixtures("serving")
async def test_facts_of_a_process_that_died_before_ordering_them_are_found():
    subscription = outbox.live(NoteTaken)
    await announce_without_a_word(a_note(5))
    assert await take(subscription, 1) == [5]


@pytest.mark.usefixtures("serving")
async def test_a_feed_that_went_back_ends_subscriptions_and_goes_on():
    await announce_many(10)
    await tail.current().catch_up()
    subscription = outbox.live(NoteTaken)
    await forget_everything()
    await tail.current().catch_up()
    assert await anext(subscription, None) is None
    afresh = outbox.live(NoteTaken)
    await announce(a_note(7))
    assert await take(afresh, 1) == [7]


@transaction()
async def announce_many(count: int) -> None:
    """Facts that have their places already."""
    await db.execute(
        "insert into outbox_fact (id, arrival, sequence, type, version, subject_id, ordering_key, payload, recorded_at)"
        " select gen_random_uuid(), n, n, 'note.taken', 1, id, id::text,"
        " jsonb_build_object('note_id', id, 'number', n), now()"
        " from (select n, gen_random_uuid() as id from generate_series(1, $1::bigint) n) note",
        count,
    )
    await db.execute("insert into outbox_head (id, sequence) values (1, $1)", count)


@transaction()
async def announce_without_a_word(note: NoteTaken) -> None:
    """As `record`, by a process that does not live to tell its sequencer."""
    await db.execute(
        "insert into outbox_fact (id, arrival, type, version, subject_id, ordering_key, payload, recorded_at)"
        " values ($1::uuid, 1, $2, 1, $1, 'x', jsonb_build_object('note_id', $1::uuid, 'number', $3::int), now())",
        note.note_id,
        note.type,
        note.number,
    )


@transaction()
async def forget_everything() -> None:
    """What a restored older database looks like."""
    await db.execute("delete from outbox_fact")
    await db.execute("delete from outbox_head")


async def test_places_are_read_from_the_head(database: str):  # noqa: ARG001
    assert await queries.head() == 0
    await announce_many(3)
    assert await queries.head() == 3
