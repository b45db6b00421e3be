"""Whether a post enters a campaign, or why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from community.campaigns.rules.plan import Audience, Plan
from community.campaigns.rules.reading import MAX_CAMPAIGNS, Reading
from community.kernel.words import Word

GRACE = timedelta(minutes=15)
"""A post counts as what it says so long after it was written: a slip may be mended. Later edits can only lose."""


class EntryState(Word):
    """Where an entry stands."""

    PENDING = "pending", "It waits for staff to look at it."
    ACCEPTED = "accepted", "It counts."
    REFUSED = "refused", "It does not count; the reason says why."
    WITHDRAWN = "withdrawn", "It counted or waited, until its post was removed or edited."


STANDING = (EntryState.PENDING, EntryState.ACCEPTED)
"""What uses up a limit, and what others may not copy."""


class Reason(Word):
    """Why an entry does not count, in the words that its author reads."""

    TOO_EARLY = "too_early", "It was written before the campaign opened."
    TOO_LATE = "too_late", "It was written after the campaign had closed."
    LIST_SEALED = "list_sealed", "It was received after the list of entries had been sealed."
    LATE_EDIT = "late_edit", "Its hashtags were added later. What counts is what a post says when it is published."
    MISSING_MEDIA = "missing_media", "This campaign asks for a picture, and there is none in it."
    STUFFING = "stuffing", "It has too many hashtags for its text, or those of too many campaigns."
    MAY_NOT_EARN = "may_not_earn", "You may not earn at present."
    TIER_TOO_LOW = "tier_too_low", "This campaign is for members of a higher tier."
    JOINED_OUTSIDE = "joined_outside", "This campaign is for members who joined at another time."
    NOT_INVITED = "not_invited", "This campaign is for members who were invited to it."
    DUPLICATE_OWN = "duplicate_own", "You have entered with the same text, or nearly the same, before."
    DUPLICATE_OTHER = "duplicate_other", "Somebody else has entered with the same text, or nearly the same, before."
    DAILY_LIMIT = "daily_limit", "You have entered as often as is possible on one day."
    ENTRY_LIMIT = "entry_limit", "You have entered as often as is possible."
    BUDGET_EXHAUSTED = "budget_exhausted", "Everything that this campaign had to give is given."
    BY_STAFF = "by_staff", "The campaign's staff did not accept it."
    EDITED_AFTER = "edited_after", "After an edit it does not fit the campaign any more."
    POST_REMOVED = "post_removed", "Its post was removed."
    CANCELLED = "cancelled", "The campaign was cancelled."


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """A member as a campaign sees them. `tier_rank` counts from the bottom of the ladder."""

    joined_at: datetime
    tier_rank: int
    labels: frozenset[str]
    may_earn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What was entered before: by this member today and in all, and whether the same text was, by whom."""

    today: int = 0
    in_all: int = 0
    own_likeness: bool = False
    others_likeness: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a campaign has given."""

    points: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A post and everything that decides on it. `campaigns` is of how many running campaigns it has the hashtags."""

    plan: Plan
    min_rank: int
    written_at: datetime
    reading: Reading
    was_carried: bool
    campaigns: int
    is_sealed: bool
    entrant: Entrant
    standing: Standing
    spent: Spent


def refusal(case: Case) -> Reason | None:
    """Why the post does not enter, first things first; None when it does."""
    return next((reason for check in CHECKS if (reason := check(case))), None)


def ineligible(audience: Audience, min_rank: int, entrant: Entrant) -> Reason | None:
    """Why somebody may not enter at all, None when they may."""
    since, before = audience.joined_from, audience.joined_before
    if not entrant.may_earn:
        return Reason.MAY_NOT_EARN
    if entrant.tier_rank < min_rank:
        return Reason.TIER_TOO_LOW
    if (since and entrant.joined_at < since) or (before and entrant.joined_at >= before):
        return Reason.JOINED_OUTSIDE
    if audience.labels and entrant.labels.isdisjoint(audience.labels):
        return Reason.NOT_INVITED
    return None


def over_limit(plan: Plan, standing: Standing) -> Reason | None:
    """Which limit of a member is reached."""
    if plan.limits.in_all is not None and standing.in_all >= plan.limits.in_all:
        return Reason.ENTRY_LIMIT
    if plan.limits.per_day is not None and standing.today >= plan.limits.per_day:
        return Reason.DAILY_LIMIT
    return None


def is_exhausted(plan: Plan, spent: Spent) -> bool:
    """Whether one more entry would cost more than there is."""
    points, entries = plan.budget.points, plan.budget.entries
    return (points is not None and spent.points + plan.reward.points > points) or (
        entries is not None and spent.entries >= entries
    )


def unfit(plan: Plan, reading: Reading) -> bool:
    """Whether a text that entered would, after an edit, not enter any more."""
    has_media = reading.has_media or not plan.needs_media
    return not (plan.is_carried_by(reading.hashtags) and has_media) or reading.is_stuffed


def _outside(case: Case) -> Reason | None:
    if case.written_at < case.plan.opens_at:
        return Reason.TOO_EARLY
    return Reason.TOO_LATE if case.written_at >= case.plan.closes_at else None


def _sealed(case: Case) -> Reason | None:
    return Reason.LIST_SEALED if case.is_sealed else None


def _late(case: Case) -> Reason | None:
    return None if case.was_carried else Reason.LATE_EDIT


def _without_media(case: Case) -> Reason | None:
    return Reason.MISSING_MEDIA if case.plan.needs_media and not case.reading.has_media else None


def _stuffed(case: Case) -> Reason | None:
    return Reason.STUFFING if case.reading.is_stuffed or case.campaigns > MAX_CAMPAIGNS else None


def _ineligible(case: Case) -> Reason | None:
    return ineligible(case.plan.audience, case.min_rank, case.entrant)


def _copied(case: Case) -> Reason | None:
    if case.standing.own_likeness:
        return Reason.DUPLICATE_OWN
    return Reason.DUPLICATE_OTHER if case.standing.others_likeness else None


def _limited(case: Case) -> Reason | None:
    return over_limit(case.plan, case.standing)


def _exhausted(case: Case) -> Reason | None:
    return Reason.BUDGET_EXHAUSTED if is_exhausted(case.plan, case.spent) else None


CHECKS: tuple[Callable[[Case], Reason | None], ...] = (
    _outside,
    _sealed,
    _late,
    _without_media,
    _stuffed,
    _ineligible,
    _copied,
    _limited,
    _exhausted,
)
"""In the order in which an author should hear of them."""
