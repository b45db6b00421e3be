"""Hearers hear every fact at least once, and what they do about it happens once."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from uuid import uuid4

import pytest

from community import database as db
from community.access.policy import SYSTEM, Actor, Kind
from community.database import transaction
from community.kernel.errors import Forbidden
from community.kernel.pages import PageRequest
from community.outbox import queries
from community.outbox import service as outbox
from community.outbox.errors import DeliveryNotParked
from community.outbox.hearing import HEARERS, MOST
from tests.community.outbox.notes import NoteRead, NoteTaken, a_note, announce
from tests.community.outbox.working import HASTY, count_of, declarations, deliveries, working
from tests.deadlines import PATIENCE_SECONDS, eventually

UNLUCKY = -1
MEMBER = Actor(kind=Kind.MEMBER, member_id=uuid4())


@pytest.fixture(autouse=True)
def forgotten_afterwards() -> Iterator[None]:
    with declarations():
        yield


def reads_notes() -> None:
    """Declare a hearer that reads each note that is taken."""

    @outbox.hears(NoteTaken, name="tests.read_note")
    async def read_note(note: NoteTaken) -> None:
        await outbox.record(NoteRead(note_id=note.note_id, number=note.number))


async def is_idle() -> bool:
    return not await queries.has_unsequenced() and await deliveries() == []


async def test_a_hearer_hears_each_fact_and_no_others(database: str):
    reads_notes()
    async with working(database):
        await announce(*(a_note(number) for number in range(30)), NoteRead(note_id=uuid4(), number=99))
        await eventually(is_idle)
    events = await queries.since(0, 100)
    assert sorted(event.payload["number"] for event in events if event.type == "note.read") == [*range(30), 99]


async def test_two_hearers_of_a_fact_have_a_delivery_each(database: str):
    heard: list[str] = []

    @outbox.hears(NoteTaken, name="tests.first")
    async def first(_: NoteTaken) -> None:
        heard.append("first")

    @outbox.hears(NoteTaken, NoteRead, name="tests.second")
    async def second(_: NoteTaken | NoteRead) -> None:
        heard.append("second")

    async with working(database):
        await announce(a_note())
        await eventually(is_idle)
    assert sorted(heard) == ["first", "second"]


async def test_facts_recorded_while_no_worker_ran_are_heard_later(database: str):
    reads_notes()
    await announce(a_note())
    async with working(database):
        await eventually(lambda: count_of("note.read"))


async def test_a_fact_delivered_twice_has_one_effect(database: str):  # noqa: ARG001
    reads_notes()
    await announce(a_note())
    (event,) = await outbox.sequence()
    await asyncio.gather(*(outbox.hear(HEARERS["tests.read_note"], event.id) for _ in range(5)))
    assert await count_of("note.read") == 1


def reads_notes_together() -> list[list[int]]:
    """Declare a hearer that reads the notes that wait, unless one is UNLUCKY; what it has read, batch by batch."""
    batches: list[list[int]] = []

    @outbox.hears_together(NoteTaken, name="tests.read_notes", patience=HASTY)
    async def read_notes(notes: Sequence[NoteTaken]) -> None:
        if any(note.number == UNLUCKY for note in notes):
            raise ConnectionError("bad luck")
        for note in notes:
            await outbox.record(NoteRead(note_id=note.note_id, number=note.number))
        db.after_commit(lambda: batches.append([note.number for note in notes]))

    return batches


async def test_what_waits_is_heard_together_in_the_order_of_the_feed(database: str):
    batches = reads_notes_together()
    await announce(*(a_note(number) for number in range(MOST + 30)))
    while await outbox.sequence():
        pass
    async with working(database):
        await eventually(is_idle)
    assert sorted(number for batch in batches for number in batch) == list(range(MOST + 30))
    assert all(batch == sorted(batch) for batch in batches)
    assert max(map(len, batches)) > 10
    assert await count_of("note.read") == MOST + 30


async def test_one_worker_hears_one_batch_of_a_hearer_at_a_time(database: str):
    under_way, most = 0, 0

    @outbox.hears_together(NoteTaken, name="tests.read_in_turn", patience=HASTY)
    async def read_in_turn(notes: Sequence[NoteTaken]) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for note in notes:
            await outbox.record(NoteRead(note_id=note.note_id, number=note.number))
        await db.fetch_value("select count(*) from outbox_fact")
        under_way -= 1

    await announce(*(a_note(number) for number in range(2 * MOST)))
    while await outbox.sequence():
        pass
    async with working(database):
        await eventually(is_idle)
    assert (most, await count_of("note.read")) == (1, 2 * MOST)


async def test_one_that_cannot_be_heard_does_not_keep_the_others(database: str):
    batches = reads_notes_together()
    await announce(*(a_note(number) for number in range(20)), a_note(UNLUCKY), *(a_note(n) for n in range(20, 40)))
    await outbox.sequence()
    async with working(database):
        await eventually(parked)
        await eventually(partial(has_read, 40))
    assert sorted(number for batch in batches for number in batch) == list(range(40))
    (failed,) = (await queries.failed_deliveries(SYSTEM, PageRequest())).items
    assert (failed.hearer, failed.error) == ("tests.read_notes", "ConnectionError: bad luck")


async def test_facts_delivered_twice_and_together_have_one_effect_each(database: str):  # noqa: ARG001
    reads_notes_together()
    await announce(*(a_note(number) for number in range(20)))
    events = await outbox.sequence()
    hearer = HEARERS["tests.read_notes"]
    await asyncio.gather(
        *(outbox.hear_with_others(hearer, event.id) for event in events[:5] for _ in range(2)),
        *(outbox.hear(hearer, event.id) for event in events[10:15]),
    )
    assert await count_of("note.read") == 20
    assert await deliveries() == []


async def test_what_was_taken_along_and_not_heard_waits_again(database: str):  # noqa: ARG001
    reads_notes_together()
    await announce(*(a_note(number) for number in (1, UNLUCKY, 2)))
    first, *_ = await outbox.sequence()
    with pytest.raises(ConnectionError):
        await outbox.hear_with_others(HEARERS["tests.read_notes"], first.id)
    assert await deliveries() == [("hear:tests.read_notes", "queued")] * 3
    assert await count_of("note.read") == 0


async def test_a_hearer_that_fails_undoes_its_effect_and_is_tried_again(database: str):
    attempts = 0

    @outbox.hears(NoteTaken, name="tests.fails_twice", patience=HASTY)
    async def fails_twice(note: NoteTaken) -> None:
        nonlocal attempts
        attempts += 1
        await outbox.record(NoteRead(note_id=note.note_id))
        if attempts < 3:
            raise ConnectionError("the printer is out of paper")

    async with working(database):
        await announce(a_note())
        await eventually(is_idle)
    assert attempts == 3
    assert await count_of("note.read") == 1


async def test_a_hearer_that_fails_for_good_is_parked_shown_and_replayed(database: str):
    is_mended = False

    @outbox.hears(NoteTaken, name="tests.needs_mending", patience=HASTY)
    async def needs_mending(note: NoteTaken) -> None:
        if not is_mended:
            raise ConnectionError("the printer is out of paper")
        await outbox.record(NoteRead(note_id=note.note_id))

    note = a_note()
    async with working(database):
        await announce(note)
        await eventually(parked)
        (failed,) = (await queries.failed_deliveries(SYSTEM, PageRequest())).items
        assert (failed.hearer, failed.fact_type, failed.attempts) == ("tests.needs_mending", "note.taken", 3)
        assert failed.error == "ConnectionError: the printer is out of paper"
        is_mended = True
        await outbox.replay(SYSTEM, failed.id)
        await eventually(is_idle)
    assert await count_of("note.read") == 1
    with pytest.raises(DeliveryNotParked):
        await outbox.replay(SYSTEM, failed.id)


async def parked() -> bool:
    return bool((await queries.failed_deliveries(SYSTEM, PageRequest())).items)


async def test_only_staff_see_and_replay_what_was_parked(database: str):  # noqa: ARG001
    with pytest.raises(Forbidden):
        await queries.failed_deliveries(MEMBER, PageRequest())
    with pytest.raises(Forbidden):
        await outbox.replay(MEMBER, 1)


async def test_a_worker_killed_between_the_effect_and_its_acknowledgement_does_no_harm(database: str):
    reads_notes()
    await announce(a_note())
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, env={**os.environ, "DATABASE_URL": database}
    )
    assert await asyncio.wait_for(killed.wait(), PATIENCE_SECONDS) == -signal.SIGKILL
    assert (await count_of("note.read"), [status for _, status in await deliveries()]) == (1, ["picked"])
    async with working(database, heartbeat_seconds=1):
        await eventually(is_idle)
    assert await count_of("note.read") == 1


async def test_a_worker_whose_sessions_were_thrown_out_comes_back(database: str):
    reads_notes()
    async with working(database):
        await announce(a_note(1))
        await eventually(lambda: count_of("note.read"))
        for turn in (2, 3):
            assert await throw_out("hourglass worker") == 1
            await throw_out("hourglass listen")
            await announce(a_note(turn))
            await eventually(partial(has_read, turn))


async def has_read(count: int) -> bool:
    return await count_of("note.read") == count


async def throw_out(application: str) -> int:
    """End the sessions of one kind on this database; how many there were."""
    ended = await db.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name = $1",
        application,
    )
    return len(ended)


async def test_two_hearers_with_one_name_are_a_mistake():
    reads_notes()
    with pytest.raises(ValueError, match=r"two hearers are called tests\.read_note"):
        reads_notes()


async def test_deliveries_are_enqueued_exactly_when_facts_get_their_place(database: str):  # noqa: ARG001
    reads_notes()
    await announce(a_note())

    @transaction()
    async def sequence_and_fail() -> None:
        await outbox.sequence()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await sequence_and_fail()
    assert (await deliveries(), await queries.head()) == ([], 0)
    await outbox.sequence()
    assert await deliveries() == [("hear:tests.read_note", "queued")]


async def _hear_once_and_die() -> None:
    """What the killed worker runs: the hearer's transaction commits, and the process is gone."""
    from community.settings import settings

    await db.connect(settings())

    @outbox.hears(NoteTaken, name="tests.read_note")
    async def read_note(note: NoteTaken) -> None:
        await outbox.record(NoteRead(note_id=note.note_id))
        db.after_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))

    async with working(os.environ["DATABASE_URL"]):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_hear_once_and_die())
