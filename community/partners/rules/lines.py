"""What a line of commission says: what is missing to what is owed, and when it is due."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community.partners.rules.words import CauseKind, LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a cause comes to now, in all. `due_at` is when the hold of what is newly earned ends."""

    cause: CauseKind
    cause_id: UUID
    amount: int
    due_at: datetime
    plan_version: int | None = None
    link_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written for a cause so far."""

    amount: int
    lines: int
    due_at: datetime | None
    is_approved: bool


NOTHING = Written(amount=0, lines=0, due_at=None, is_approved=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What the next line for a cause says."""

    kind: LineKind
    amount: int
    step: int
    due_at: datetime
    approved_at: datetime | None


def missing(owed: Owed, written: Written, *, now: datetime) -> Missing | None:
    """What is missing to what is owed; None when nothing is.

    What is taken back from a line that is held is due with it; from one that is approved or paid, at once.
    """
    amount = owed.amount - written.amount
    if amount == 0:
        return None
    if amount > 0:
        kind, due_at, approved_at = LineKind.EARNED, owed.due_at, None
    elif written.is_approved:
        kind, due_at, approved_at = LineKind.REVERSED, now, now
    else:
        kind, due_at, approved_at = LineKind.REVERSED, written.due_at or now, None
    return Missing(kind=kind, amount=amount, step=written.lines, due_at=due_at, approved_at=approved_at)
