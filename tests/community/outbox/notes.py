"""Facts that nobody but these tests announces, and the verbs that announce them."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid4

from community.database import transaction
from community.kernel.facts import Fact
from community.outbox import service as outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTaken(Fact):
    """Somebody wrote a note."""

    type: ClassVar[str] = "note.taken"
    subject: ClassVar[str] = "note_id"
    note_id: UUID
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRead(Fact):
    """Somebody read a note. It is also what hearers in these tests leave behind."""

    type: ClassVar[str] = "note.read"
    subject: ClassVar[str] = "note_id"
    note_id: UUID
    number: int = 0


def a_note(number: int = 0, *, note_id: UUID | None = None) -> NoteTaken:
    return NoteTaken(note_id=note_id or uuid4(), number=number)


@transaction()
async def announce(*facts: Fact) -> None:
    """Record facts in one transaction."""
    for fact in facts:
        await outbox.record(fact)


@transaction()
async def announce_and_fail(*facts: Fact) -> None:
    """Record facts in a transaction that comes to nothing."""
    for fact in facts:
        await outbox.record(fact)
    raise Regretted


class Regretted(Exception):
    """Why the transaction above is rolled back."""
