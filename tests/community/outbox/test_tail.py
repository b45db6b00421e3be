"""What the tail does with facts that come by a shortcut, and what waits in memory for one subscriber."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from community.outbox import queries
from community.outbox.queries import EVERYTHING, EventView, Filter
from community.outbox.tail import QUEUE, Inbox, Tail

SUBJECT = UUID(int=1)


def event(sequence: int, *, kind: str = "note.taken", subject: UUID = SUBJECT) -> EventView:
    return EventView(
        sequence=sequence,
        id=UUID(int=sequence),
        type=kind,
        version=1,
        subject_id=subject,
        ordering_key=str(subject),
        recorded_at=datetime(2026, 3, 2, tzinfo=UTC),
        payload={},
    )


def a_tail_with_an_inbox(which: Filter = EVERYTHING) -> tuple[Tail, Inbox]:
    tail, inbox = Tail(10), Inbox(which)
    tail.add(inbox)
    return tail, inbox


def sequences(inbox: Inbox) -> list[int]:
    return [event.sequence for event in inbox.waiting]


def test_facts_that_follow_on_are_handed_out_at_once():
    tail, inbox = a_tail_with_an_inbox()
    tail.offer([event(11), event(12)])
    assert (sequences(inbox), tail.position) == ([11, 12], 12)


def test_facts_after_a_missing_one_are_left_to_be_read():
    tail, inbox = a_tail_with_an_inbox()
    tail.offer([event(12)])
    assert (sequences(inbox), tail.position) == ([], 10)


def test_what_was_handed_out_is_not_handed_out_again():
    tail, inbox = a_tail_with_an_inbox()
    tail.offer([event(11), event(12)])
    tail.offer([event(11), event(12), event(13)])
    tail.offer([event(12)])
    assert (sequences(inbox), tail.position) == ([11, 12, 13], 13)


async def test_a_shortcut_while_the_head_is_read_is_no_feed_that_went_back(monkeypatch: pytest.MonkeyPatch):
    tail, inbox = a_tail_with_an_inbox()

    async def head() -> int:
        tail.offer([event(11), event(12)])
        return 10

    monkeypatch.setattr(queries, "head", head)
    await tail.catch_up()
    assert (sequences(inbox), tail.position, tail.subscribers) == ([11, 12], 12, 1)


def test_an_inbox_gets_what_it_asked_for():
    other = UUID(int=2)
    for which, expected in [
        (EVERYTHING, [11, 12, 13]),
        (Filter(types=("note.taken",)), [11, 13]),
        (Filter(subject=SUBJECT), [11, 12]),
        (Filter(types=("note.taken", "note.read"), subject=SUBJECT), [11, 12]),
        (Filter(types=("note.read",), subject=other), []),
    ]:
        tail, inbox = a_tail_with_an_inbox(which)
        tail.offer([event(11), event(12, kind="note.read"), event(13, subject=other)])
        assert sequences(inbox) == expected


def test_an_inbox_that_is_full_takes_no_more_and_knows_it():
    tail, inbox = a_tail_with_an_inbox()
    tail.offer([event(sequence) for sequence in range(11, 11 + QUEUE)])
    assert not inbox.is_behind
    tail.offer([event(11 + QUEUE)])
    assert inbox.is_behind
    inbox.waiting.popleft()
    tail.offer([event(12 + QUEUE)])
    assert len(inbox.waiting) == QUEUE - 1


def test_a_removed_inbox_gets_nothing_and_leaves_nothing_behind():
    tail, inbox = a_tail_with_an_inbox(Filter(types=("note.taken", "note.read")))
    tail.remove(inbox)
    tail.remove(inbox)
    tail.offer([event(11)])
    assert (sequences(inbox), tail.subscribers) == ([], 0)
