"""Where a member stands and what happens next: up at once, down at the end of a period, never without a warning."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from community.tiers.rules.periods import SKEW, Calendar, Window, period_after, period_at
from community.tiers.rules.programme import COUNTED, Down, Programme, Track


class Reason(StrEnum):
    """Why a member's tier changed."""

    EARNED = "earned"
    PLAN = "plan"
    PERIOD_END = "period_end"
    LOCK = "lock"
    LOCK_ENDED = "lock_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What the counted tracks come to in some window, and the credits that a gate holds back from counting."""

    spend: int = 0
    engagement: int = 0
    held_back: int = 0

    def of(self, track: Track) -> int:
        """The number of a counted track."""
        return self.spend if track is Track.SPEND else self.engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a member's place. `tier` is what they have, the rest is why and for how long.

    `earned` is what the counted tracks hold up, in `period`; there is none at the bottom. `grace_until` is set when the
    period has ended with too little, `warned_at` when the member was told.
    """

    tier: str
    since: datetime
    earned: str
    earned_by: Track | None = None
    earned_since: datetime
    period: Window | None = None
    grace_until: datetime | None = None
    warned_at: datetime | None = None
    plan: str | None = None
    locked: str | None = None
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Whether staff hold the tier where it is."""
        return _holds(self.locked, self.locked_until, now)

    def effective(self, programme: Programme, now: datetime) -> str:
        """The highest tier that any track grants, unless it is locked."""
        return effective(programme, now, self.earned, self.plan, self.locked, self.locked_until)

    def deciding(self, programme: Programme, now: datetime) -> Track | None:
        """The track that won; None where no track had to: locked, or at the bottom."""
        if self.is_locked(now):
            return None
        if self.plan and programme.higher(self.plan, self.earned) == self.plan:
            return Track.PLAN
        return self.earned_by


@dataclass(frozen=True, slots=True)
class Change:
    """From one tier to another, and why."""

    before: str
    after: str
    reason: Reason
    track: Track | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The standing from now on, the change of the tier if it changed, and whether the member has to be warned now."""

    standing: Standing
    change: Change | None
    warns: bool


def newcomer(programme: Programme, now: datetime) -> Standing:
    """Somebody of whom nothing is known yet."""
    return Standing(tier=programme.base, since=now, earned=programme.base, earned_since=now)


def effective(
    programme: Programme,
    now: datetime,
    earned: str,
    plan: str | None,
    locked: str | None,
    locked_until: datetime | None,
) -> str:
    """The tier that comes of what was earned, of a plan, and of a lock."""
    return locked if locked and _holds(locked, locked_until, now) else programme.higher(plan, earned)


def decide(
    programme: Programme, standing: Standing, counted: Numbers, judged: Numbers, now: datetime, calendar: Calendar
) -> Decision:
    """One step: up, else what the period asks for. `counted` is the number for going up, `judged` that of `judging`.

    Where the period it leads to has ended, too, the next step follows at once: see `due_at`.
    """
    after = _earn(programme, standing, counted, now, calendar) or _judge(programme, standing, judged, now, calendar)
    tier = after.effective(programme, now)
    warns = after.warned_at is not None and (after.warned_at, after.grace_until) != (
        standing.warned_at,
        standing.grace_until,
    )
    if not after.is_locked(now):
        after = replace(after, locked=None, locked_until=None)
    if tier == standing.tier:
        return Decision(after, None, warns)
    change = Change(standing.tier, tier, _reason(programme, standing, after, now), after.deciding(programme, now))
    return Decision(replace(after, tier=tier, since=now), change, warns)


def best(programme: Programme, numbers: Numbers) -> tuple[str, Track | None]:
    """The highest tier that a counted track reaches, and which one does."""
    return _highest(programme, numbers, lambda needed: needed)


def kept(programme: Programme, numbers: Numbers) -> tuple[str, Track | None]:
    """The highest tier that a counted track keeps, for somebody who has it, and which one does."""
    return _highest(programme, numbers, programme.keeps)


def judging(standing: Standing, now: datetime) -> Window | None:
    """What counts for keeping the tier: the period as far as it has come, and the grace after it."""
    if standing.period is None:
        return None
    until = now + SKEW
    return Window(standing.period.since, min(until, standing.grace_until) if standing.grace_until else until)


def falls_to(programme: Programme, earned: str, keeps: str) -> str:
    """Where somebody lands who has `earned` and whose numbers keep only `keeps`."""
    if programme.down is Down.NONE or programme.rank(keeps) >= programme.rank(earned):
        return earned
    return keeps if programme.down is Down.BEST_FIT else programme.ladder[programme.rank(earned) - 1].key


def lost_at(programme: Programme, standing: Standing, now: datetime) -> datetime | None:
    """When the tier is lost unless more comes in. Nobody falls who was not warned as early as the programme says."""
    if standing.period is None or standing.grace_until:
        return standing.grace_until
    after_grace = standing.period.until + timedelta(days=programme.grace_days)
    after_stay = standing.earned_since + timedelta(days=programme.minimum_stay_days)
    after_warning = (standing.warned_at or now) + timedelta(days=programme.warning_days)
    return max(after_grace, after_stay, after_warning)


def due_at(programme: Programme, standing: Standing, now: datetime) -> datetime | None:
    """When the clock alone changes something next. At or before `now`: at once."""
    return min(_dues(programme, standing, now), default=None)


def is_due(programme: Programme, standing: Standing, now: datetime) -> bool:
    """Whether the clock asks for another decision at once."""
    due = due_at(programme, standing, now)
    return due is not None and due <= now


def can_wait(programme: Programme, standing: Standing, now: datetime) -> bool:
    """Whether less may count without any consequence until the clock asks for a decision."""
    if standing.grace_until is not None or is_due(programme, standing, now):
        return False
    return standing.period is None or now < standing.period.until - timedelta(days=programme.warning_days)


def _holds(locked: str | None, locked_until: datetime | None, now: datetime) -> bool:
    return locked is not None and (locked_until is None or now < locked_until)


def _earn(
    programme: Programme, standing: Standing, counted: Numbers, now: datetime, calendar: Calendar
) -> Standing | None:
    """Up at once, with a period of its own for the new tier."""
    reached, track = best(programme, counted)
    if programme.rank(reached) <= programme.rank(standing.earned):
        return None
    return _placed(programme, standing, reached, track, now, calendar)


def _judge(programme: Programme, standing: Standing, judged: Numbers, now: datetime, calendar: Calendar) -> Standing:
    """What the period asks for: nothing yet, a warning, another period, grace, or the fall."""
    period = standing.period
    if period is None:
        return standing
    keeps, track = kept(programme, judged)
    target = falls_to(programme, standing.earned, keeps)
    is_safe = target == standing.earned
    if now < period.until:
        is_early = now < period.until - timedelta(days=programme.warning_days)
        return standing if is_safe or is_early or standing.warned_at else replace(standing, warned_at=now)
    if is_safe:
        following = period_after(programme, period, calendar)
        won = track if keeps == standing.earned else standing.earned_by
        return replace(standing, period=following, grace_until=None, warned_at=None, earned_by=won)
    ends = lost_at(programme, standing, now)
    if ends and now < ends:
        return standing if standing.grace_until else replace(standing, grace_until=ends, warned_at=now)
    return _placed(programme, standing, target, track if target == keeps else standing.earned_by, now, calendar)


def _placed(
    programme: Programme, standing: Standing, tier: str, track: Track | None, now: datetime, calendar: Calendar
) -> Standing:
    is_base = tier == programme.base
    return replace(
        standing,
        earned=tier,
        earned_by=None if is_base else track,
        earned_since=now,
        period=None if is_base else period_at(programme, now, calendar),
        grace_until=None,
        warned_at=None,
    )


def _reason(programme: Programme, before: Standing, after: Standing, now: datetime) -> Reason:
    if after.is_locked(now):
        return Reason.LOCK
    if before.locked:
        return Reason.LOCK_ENDED
    if programme.rank(after.earned) < programme.rank(before.earned):
        return Reason.PERIOD_END
    is_up = programme.rank(after.effective(programme, now)) > programme.rank(before.tier)
    return Reason.EARNED if is_up and after.deciding(programme, now) is not Track.PLAN else Reason.PLAN


def _dues(programme: Programme, standing: Standing, now: datetime) -> Iterator[datetime]:
    if standing.locked_until and standing.is_locked(now):
        yield standing.locked_until
    if standing.period is None:
        return
    warning = standing.period.until - timedelta(days=programme.warning_days)
    if standing.grace_until:
        yield standing.grace_until
    elif standing.warned_at is None and warning > now:
        yield warning
    else:
        yield standing.period.until


def _highest(programme: Programme, numbers: Numbers, least: Callable[[int], int]) -> tuple[str, Track | None]:
    for tier in reversed(programme.ladder):
        for track in COUNTED:
            needed = tier.needed(track)
            if needed is not None and numbers.of(track) >= least(needed):
                return tier.key, track
    return programme.base, None
