"""What rules paid before, as far as it matters to a decision; and what happens on the way is added to it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from community.engagement.rules.activities import Activity, Subject
from community.engagement.rules.windows import Day, Span, Window

Matter = tuple[UUID, str, str, UUID, UUID | None]
"""A member, a rule, the type and the id of a subject, the other member: what a rule pays once for."""


class Given(NamedTuple):
    """What a rule paid a member, when, and on which of their days. It counts even if it was taken back since."""

    member_id: UUID
    rule: str
    amount: int
    at: datetime
    day: Day


@dataclass(slots=True)
class History:
    """What was paid, for what, and what was taken down."""

    given: dict[tuple[UUID, str], list[Given]] = field(default_factory=lambda: defaultdict(list))
    matters: set[Matter] = field(default_factory=set)
    removed: set[Subject] = field(default_factory=set)

    def add(self, given: Given, matter: Matter | None) -> None:
        """A rule has just paid."""
        self.given[given.member_id, given.rule].append(given)
        if matter is not None:
            self.matters.add(matter)

    def of(self, member_id: UUID, rule: str) -> list[Given]:
        """What this rule paid this member."""
        return self.given.get((member_id, rule), [])


def matter_of(activity: Activity, rule: str) -> Matter | None:
    """What this rule would pay for; None where the activity is about nothing that could come again."""
    subject = activity.subject
    return (activity.member_id, rule, subject.type, subject.id, activity.other_id) if subject else None


def counted_in(window: Window, span: Span, at: datetime, today: Day, given: Iterable[Given]) -> list[Given]:
    """What of this falls into the window around `at`.

    A day counts by its date and by its length: who moves to another time zone meets no day twice and ends none early.
    """
    if window is Window.DAY:
        return [g for g in given if g.day.date == today.date or g.day.holds(at) or span.holds(g.at)]
    return [g for g in given if span.holds(g.at)]
