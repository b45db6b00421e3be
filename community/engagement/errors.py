"""Why a rule gave nothing, and what can be refused.

What derives from NotEarned is never raised: it is told in the effects, with the instant from which to try again.
"""

from dataclasses import dataclass
from datetime import datetime

from community.kernel.errors import HourglassError, Problem
from community.kernel.words import Word


@dataclass(kw_only=True)
class NotEarned(HourglassError):
    """A rule was asked and said no. `until` is when it might say yes; None when it never will, or nobody knows."""

    until: datetime | None = None


@dataclass(kw_only=True)
class EarningRestricted(NotEarned):
    """Staff took the ability to earn from the member."""

    reason: str
    message = "You may not earn at present: {reason}"


@dataclass(kw_only=True)
class ActingOnOneself(NotEarned):
    """The other member in the activity is the member."""

    message = "Nothing is earned with what is your own."


@dataclass(kw_only=True)
class SubjectRemoved(NotEarned):
    """What the activity is about was taken down."""

    message = "What this was about has been removed."


@dataclass(kw_only=True)
class CountedBefore(NotEarned):
    """The rule paid this member for this subject already."""

    message = "This has counted before."


@dataclass(kw_only=True)
class ConditionUnmet(NotEarned):
    """The rule asks for something that the activity or the member does not have."""

    condition: str
    message = "This counts only with {condition}."


@dataclass(kw_only=True)
class TooLittle(NotEarned):
    """The amount that the rule pays rounds down to nothing."""

    message = "This is too little to earn anything."


@dataclass(kw_only=True)
class CoolingDown(NotEarned):
    """The rule paid a short while ago. `back` is `until` on the member's clock."""

    back: str
    message = "This counted a short while ago. Back {back}."


@dataclass(kw_only=True)
class LimitReached(NotEarned):
    """The rule has paid all it pays, for ever."""

    limit: int
    message = "The limit of {limit} is reached."


@dataclass(kw_only=True)
class DailyLimitReached(LimitReached):
    """The rule has paid all it pays on one of the member's days. `back` is `until` on the member's clock."""

    back: str
    message = "The daily limit of {limit} is reached. Back {back}."


@dataclass(kw_only=True)
class WeeklyLimitReached(LimitReached):
    """The same for a week, which begins on Monday."""

    back: str
    message = "The weekly limit of {limit} is reached. Back {back}."


@dataclass(kw_only=True)
class MonthlyLimitReached(LimitReached):
    """The same for a calendar month."""

    back: str
    message = "The monthly limit of {limit} is reached. Back {back}."


@dataclass(kw_only=True)
class PeriodLimitReached(LimitReached):
    """The same for the programme's rolling period."""

    back: str
    message = "The limit of {limit} for this period is reached. Back {back}."


@dataclass(kw_only=True)
class NotYet(HourglassError):
    """What was earned cannot be used yet. `until` is when it lapses instead; None when it does not."""

    until: datetime | None = None


@dataclass(kw_only=True)
class AwaitingMembers(NotYet):
    """Enough different members have to stand behind it first."""

    members: int
    message = "This counts once {members} different members have reacted."


@dataclass(kw_only=True)
class AwaitingEvent(NotYet):
    """Something else has to happen first."""

    message = "This counts once what it depends on has happened."


@dataclass
class UnknownMember(Problem):
    """No member has this id."""

    member_id: str
    message = "There is no member {member_id}."


@dataclass
class InvalidActivity(Problem):
    """A field of a reported activity cannot be used."""

    field: str
    message = "{field} cannot be used. See the description of the field."


@dataclass
class ExternalIdReused(Problem):
    """Another activity was reported under the same external id."""

    external_id: str
    message = "Another activity was reported as {external_id}. Give each its own id."


@dataclass
class InvalidEarningRules(Problem):
    """Rules that cannot be published. `flaw` names why, `rule` the first one that has it, if it is of one rule."""

    flaw: Word
    rule: str | None
    message = "These rules cannot be published: {flaw}."


@dataclass
class EarningRulesStartTooEarly(Problem):
    """A version begins when it is published, or later."""

    message = "New rules begin now or later, and after those that were published before."
