"""The feed is read in pages that stay what they were, by those who may."""

from uuid import uuid4

import pytest

from community.access.policy import ANONYMOUS, SYSTEM, Actor, Kind, Role, Scope
from community.kernel.errors import Forbidden, Unauthenticated
from community.kernel.pages import PageRequest
from community.outbox import queries
from community.outbox import service as outbox
from community.outbox.queries import EVENT_SHAPE, Filter
from tests.community.outbox.notes import NoteRead, a_note, announce

pytestmark = pytest.mark.usefixtures("database")

KEY = Actor(kind=Kind.PARTNER, key_id=uuid4(), scopes=frozenset({Scope.EVENTS_READ}))


def page(**arguments: object) -> PageRequest:
    return PageRequest.of(**arguments, shape=EVENT_SHAPE)  # type: ignore[arg-type]


async def announced(count: int) -> None:
    await announce(*(a_note(number) for number in range(1, count + 1)))
    while await outbox.sequence():
        pass


def numbers(found: object) -> list[int]:
    return [event.payload["number"] for event in found.items]  # type: ignore[attr-defined]


async def test_a_reader_who_resumes_from_each_cursor_reads_everything_once_while_more_is_written():
    await announced(10)
    read: list[int] = []
    after: str | None = None
    for turn in range(3):
        found = await queries.events(KEY, page(first=7, after=after))
        read += numbers(found)
        after = found.cursors[-1]
        if turn == 0:
            await announced(5)
    assert read == [*range(1, 11), *range(1, 6)]
    assert not found.has_next


async def test_the_feed_can_be_walked_backward():
    await announced(10)
    last = await queries.events(KEY, page(last=3))
    assert (numbers(last), last.has_previous, last.has_next) == ([8, 9, 10], True, False)
    before = await queries.events(KEY, page(last=3, before=last.cursors[0]))
    assert (numbers(before), before.has_next) == ([5, 6, 7], True)


async def test_the_feed_can_be_narrowed_to_types_and_a_subject():
    note = a_note(1)
    await announce(note, NoteRead(note_id=note.note_id, number=2), a_note(3))
    await outbox.sequence()
    by_type = await queries.events(KEY, page(), Filter(types=("note.taken",)))
    by_subject = await queries.events(KEY, page(), Filter(subject=note.note_id))
    assert (numbers(by_type), numbers(by_subject)) == ([1, 3], [1, 2])


async def test_a_fact_without_a_place_is_not_in_the_feed():
    await announce(a_note(1))
    assert numbers(await queries.events(KEY, page())) == []


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (ANONYMOUS, Unauthenticated),
        (Actor(kind=Kind.MEMBER, member_id=uuid4(), roles=frozenset({Role.MEMBER})), Forbidden),
        (Actor(kind=Kind.PARTNER, key_id=uuid4(), scopes=frozenset({Scope.POSTS_READ})), Forbidden),
    ],
)
async def test_the_feed_is_for_those_with_the_permission(actor: Actor, refusal: type[Exception]):
    with pytest.raises(refusal):
        await queries.events(actor, page())


async def test_staff_read_the_feed():
    assert (await queries.events(SYSTEM, page())).items == []
