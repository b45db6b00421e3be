"""Facts are kept with their transaction, and get their places after it, without a gap and without missing one."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from community import database as db
from community.access.policy import SYSTEM, Actor, Kind
from community.database import TransactionMisused, transaction
from community.kernel import about, clock
from community.kernel.facts import REGISTRY
from community.outbox import queries
from community.outbox import service as outbox
from community.outbox.errors import DeliveryNotParked
from community.outbox.hearing import Hearer
from tests.community.outbox.notes import NoteTaken, Regretted, a_note, announce, announce_and_fail
from tests.community.outbox.working import HASTY, declarations
from tests.deadlines import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("database")


async def numbers_in_order() -> list[int]:
    return [event.payload["number"] for event in await queries.since(0, 10_000)]


async def sequence_everything() -> None:
    while await queries.has_unsequenced():
        await outbox.sequence(limit=7)


async def test_recording_needs_a_transaction():
    with pytest.raises(TransactionMisused):
        await outbox.record(a_note())


async def test_a_fact_goes_with_its_transaction():
    with pytest.raises(Regretted):
        await announce_and_fail(a_note())
    assert not await queries.has_unsequenced()


async def test_a_fact_comes_back_as_it_was():
    note = a_note(7)
    await announce(note)
    await outbox.sequence()
    (event,) = await queries.since(0, 10)
    assert event.fact() == note
    assert (event.sequence, event.type, event.version) == (1, "note.taken", 1)
    assert (event.subject_id, event.ordering_key) == (note.note_id, str(note.note_id))


async def test_a_fact_remembers_who_caused_it_in_which_request():
    somebody = Actor(kind=Kind.MEMBER, member_id=uuid4())

    @transaction()
    async def act() -> None:
        await outbox.record(a_note(), actor=somebody)

    about.begin("request-1")
    await act()
    row = await db.fetch_one("select actor_id, request_id from outbox_fact")
    assert row is not None
    assert (row["actor_id"], row["request_id"]) == (somebody.member_id, "request-1")


async def test_places_are_given_in_the_order_of_arrival_without_a_gap():
    await announce(a_note(1), a_note(2))
    with pytest.raises(Regretted):
        await announce_and_fail(a_note(-1))
    await announce(a_note(3))
    events = await outbox.sequence()
    assert [(event.sequence, event.payload["number"]) for event in events] == [(1, 1), (2, 2), (3, 3)]
    assert await queries.head() == 3
    assert await outbox.sequence() == []


async def test_a_fact_that_commits_late_comes_after_those_that_were_read_meanwhile():
    recorded, may_commit = asyncio.Event(), asyncio.Event()

    @transaction()
    async def announce_slowly() -> None:
        await outbox.record(a_note(1))
        recorded.set()
        await may_commit.wait()

    slow = asyncio.create_task(announce_slowly())
    await recorded.wait()
    await announce(a_note(2))
    await outbox.sequence()
    reader_stands_at = (await queries.since(0, 10))[-1].sequence
    may_commit.set()
    await slow
    await outbox.sequence()
    assert [event.payload["number"] for event in await queries.since(reader_stands_at, 10)] == [1]


async def test_many_writers_and_many_sequencers_leave_no_gap_and_keep_the_order_of_each_subject():
    subjects = [uuid4() for _ in range(10)]

    async def write(subject_number: int) -> None:
        for number in range(20):
            await announce(a_note(number, note_id=subjects[subject_number]))

    writers = asyncio.gather(*(write(n) for n in range(10)))
    while not writers.done():
        await asyncio.gather(*(sequence_everything() for _ in range(4)))
    await sequence_everything()

    events = await queries.since(0, 1_000)
    assert [event.sequence for event in events] == list(range(1, 201))
    for subject in subjects:
        assert [event.payload["number"] for event in events if event.subject_id == subject] == list(range(20))


async def test_readers_never_see_a_place_before_the_ones_that_precede_it():
    seen: list[int] = []

    async def read() -> None:
        while len(seen) < 100:
            seen.extend(event.sequence for event in await queries.since(seen[-1] if seen else 0, 100))
            await asyncio.sleep(0)

    async def write() -> None:
        for _ in range(20):
            await asyncio.gather(*(announce(a_note()) for _ in range(5)))
            await asyncio.gather(sequence_everything(), sequence_everything())

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(read(), write())
    assert seen == list(range(1, 101))


async def test_pruning_forgets_old_facts_and_never_reuses_their_places():
    with clock.frozen(clock.now() - timedelta(days=91)):
        await announce(a_note(1))
    await outbox.sequence()
    await announce(a_note(2))
    assert await outbox.prune(timedelta(days=90)) == 1
    await outbox.sequence()
    (event,) = await queries.since(0, 10)
    assert (event.sequence, event.payload["number"]) == (2, 2)


async def test_pruning_takes_a_little_at_a_time_and_no_fact_that_is_young_enough():
    with clock.frozen(clock.now() - timedelta(days=91)):
        await announce(*(a_note(number) for number in range(5)))
    await announce(a_note(5))
    await sequence_everything()
    assert [await outbox.prune(timedelta(days=90), limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert await numbers_in_order() == [5]


async def test_pruning_takes_receipts_with_their_facts():
    hearer = Hearer("tests.hears", frozenset({"note.taken"}), _say_nothing, HASTY)
    with clock.frozen(clock.now() - timedelta(days=91)):
        await announce(a_note())
    (event,) = await outbox.sequence()
    await outbox.hear(hearer, event.id)
    assert await db.fetch_value("select count(*) from outbox_receipt") == 1
    await outbox.prune(timedelta(days=90))
    assert await db.fetch_value("select count(*) from outbox_receipt") == 0


async def test_pruning_keeps_what_a_hearer_still_waits_for():
    with declarations():
        outbox.hears(NoteTaken, name="tests.hears")(_say_nothing)
        with clock.frozen(clock.now() - timedelta(days=91)):
            await announce(a_note())
        await outbox.sequence()
    assert await outbox.prune(timedelta(days=90)) == 0


async def test_pruning_the_log_keeps_notes_on_what_is_still_in_the_queue():
    with declarations():
        outbox.hears(NoteTaken, name="tests.hears")(_say_nothing)
        await announce(a_note(), a_note())
        await outbox.sequence()
    await forget_one_delivery()
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert await outbox.prune_log(timedelta(days=7)) == 1
        assert await outbox.prune_log(timedelta(days=7)) == 0


async def _say_nothing(_: NoteTaken) -> None:
    pass


@transaction()
async def forget_one_delivery() -> None:
    await db.execute("delete from pgqueuer where id = (select min(id) from pgqueuer)")


async def test_pruning_keeps_what_has_no_place_yet():
    with clock.frozen(clock.now() - timedelta(days=91)):
        await announce(a_note(1))
    assert await outbox.prune(timedelta(days=90)) == 0
    assert await queries.has_unsequenced()


async def test_only_parked_deliveries_are_replayed():
    with pytest.raises(DeliveryNotParked):
        await outbox.replay(SYSTEM, 1)


def test_a_fact_is_known_by_its_type():
    assert REGISTRY["note.taken"] is NoteTaken
