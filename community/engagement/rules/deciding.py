"""What a rule pays for an activity, or why it pays nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from community.engagement import errors
from community.engagement.errors import NotEarned
from community.engagement.rules.activities import Activity
from community.engagement.rules.history import Given, History, counted_in, matter_of
from community.engagement.rules.programme import WHOLE, Limit, Rule
from community.engagement.rules.windows import Day, Span, Window, leaves_period_at, span_of

CLOCK_SHIFTS = timedelta(days=2)
"""Two places on earth differ by 26 hours at most: so far around a day may lie what counts on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earner:
    """A member as rules see them. `restriction` is why they may not earn at present, if so, and until when."""

    member_id: UUID
    time_zone: str
    tier: str | None = None
    restriction: tuple[str, datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What a rule pays for an activity, at a percent of its price; pending until an instant, if one is given.

    Where the rule has a gate it is pending until that opens; what waits for an event of its own has no gate.
    """

    rule: Rule
    amount: int
    pending_until: datetime | None = None
    percent: int = WHOLE


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a rule pays nothing, and why."""

    rule: Rule
    reason: NotEarned

    @property
    def is_news(self) -> bool:
        """Whether the member should hear of it: that a rule is about something else is none."""
        return not isinstance(self.reason, errors.ConditionUnmet)


Decision = Payment | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything a decision depends on."""

    rule: Rule
    activity: Activity
    earner: Earner
    history: History
    period_months: int


def decide(question: Question) -> Decision:
    """Ask one rule about one activity."""
    for check in CHECKS:
        if reason := check(question):
            return Refusal(question.rule, reason)
    rule, activity, earner = question.rule, question.activity, question.earner
    percent = rule.percent(earner.tier)
    price = rule.price_at(activity.quantity, percent)
    if price == 0:
        return Refusal(rule, errors.TooLittle())
    for limit in rule.limits:
        counted = _Counted.of(question, limit)
        if reason := counted.refusal():
            return Refusal(rule, reason)
        price = counted.at_most(price)
    delay = timedelta(days=rule.delay_days) if rule.delay_days else None
    pending_until = activity.occurred_at + delay if delay and not activity.pending_for else None
    return Payment(rule, price, pending_until, percent)


def horizon(rule: Rule, activity: Activity, time_zone: str, period_months: int) -> Span | None:
    """From when to when what a rule paid can matter to a decision; None when nothing does."""
    at, spans = activity.occurred_at, []
    for limit in rule.limits:
        span = span_of(limit.window, at, time_zone, period_months)
        shifts = CLOCK_SHIFTS if limit.window is Window.DAY else timedelta(0)
        spans.append(Span(span.since and span.since - shifts, span.until and span.until + shifts))
    if rule.cooldown_minutes is not None:
        cooldown = timedelta(minutes=rule.cooldown_minutes)
        spans.append(Span(at - cooldown, at + cooldown))
    if not spans:
        return None
    sinces, untils = [span.since for span in spans], [span.until for span in spans]
    return Span(
        None if None in sinces else min(filter(None, sinces)), None if None in untils else max(filter(None, untils))
    )


def _restricted(question: Question) -> NotEarned | None:
    if question.earner.restriction is None:
        return None
    reason, until = question.earner.restriction
    return errors.EarningRestricted(reason=reason, until=until)


def _oneself(question: Question) -> NotEarned | None:
    return errors.ActingOnOneself() if question.activity.other_id == question.activity.member_id else None


def _removed(question: Question) -> NotEarned | None:
    return errors.SubjectRemoved() if question.activity.subject in question.history.removed else None


def _unmet(question: Question) -> NotEarned | None:
    if question.rule.gate and question.activity.subject is None:
        return errors.ConditionUnmet(condition="subject")
    unmet = question.rule.unmet(question.activity, question.earner.tier)
    return errors.ConditionUnmet(condition=str(unmet)) if unmet else None


def _counted_before(question: Question) -> NotEarned | None:
    matter = matter_of(question.activity, question.rule.code)
    return errors.CountedBefore() if matter in question.history.matters else None


def _cooling_down(question: Question) -> NotEarned | None:
    minutes = question.rule.cooldown_minutes
    if minutes is None:
        return None
    at, cooldown = question.activity.occurred_at, timedelta(minutes=minutes)
    near = [g.at for g in _given(question) if abs(g.at - at) < cooldown]
    if not near:
        return None
    until = max(near) + cooldown
    return errors.CoolingDown(until=until, back=_on_the_clock(until, question.earner.time_zone))


CHECKS: tuple[Callable[[Question], NotEarned | None], ...] = (
    _restricted,
    _oneself,
    _removed,
    _unmet,
    _counted_before,
    _cooling_down,
)
"""In the order in which a member should hear of them."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """What counts towards one limit."""

    limit: Limit
    time_zone: str
    period_months: int
    span: Span
    today: Day
    given: Sequence[Given]

    @classmethod
    def of(cls, question: Question, limit: Limit) -> "_Counted":
        at, zone, months = question.activity.occurred_at, question.earner.time_zone, question.period_months
        span, today = span_of(limit.window, at, zone, months), Day.of(at, zone)
        return cls(limit, zone, months, span, today, counted_in(limit.window, span, at, today, _given(question)))

    @property
    def amount(self) -> int:
        """How much was paid."""
        return sum([given.amount for given in self.given])

    def refusal(self) -> NotEarned | None:
        """Why nothing more is paid, if so."""
        limit, times = self.limit, len(self.given)
        if limit.times is not None and times >= limit.times:
            return self._reached(limit.times, self._released()[times - limit.times][0])
        if limit.amount is not None and self.amount >= limit.amount:
            return self._reached(limit.amount, self._first_below(limit.amount))
        return None

    def at_most(self, price: int) -> int:
        """As much of a price as an amount limit leaves."""
        return price if self.limit.amount is None else min(price, self.limit.amount - self.amount)

    def _released(self) -> list[tuple[datetime | None, int]]:
        """How much of it counts no more from which instant on, the earliest first."""
        never = datetime.max.replace(tzinfo=UTC)
        released = [(self._release(given), given.amount) for given in self.given]
        return sorted(released, key=lambda each: each[0] or never)

    def _release(self, given: Given) -> datetime | None:
        if self.limit.window is Window.PERIOD:
            return leaves_period_at(given.at, self.period_months, self.time_zone)
        if self.limit.window is Window.DAY and given.day.date != self.today.date and not self.span.holds(given.at):
            return given.day.until
        return self.span.until

    def _first_below(self, most: int) -> datetime | None:
        """When enough has been released that something more can be paid."""
        amount = self.amount
        for until, released in self._released():
            amount -= released
            if amount < most:
                return until
        return None

    def _reached(self, figure: int, until: datetime | None) -> NotEarned:
        reason = _REACHED.get(self.limit.window)
        if reason is None or until is None:
            return errors.LimitReached(limit=figure)
        return reason(limit=figure, until=until, back=_on_the_clock(until, self.time_zone))


_REACHED = {
    Window.DAY: errors.DailyLimitReached,
    Window.WEEK: errors.WeeklyLimitReached,
    Window.MONTH: errors.MonthlyLimitReached,
    Window.PERIOD: errors.PeriodLimitReached,
}


def _given(question: Question) -> list[Given]:
    return question.history.of(question.activity.member_id, question.rule.code)


def _on_the_clock(instant: datetime, time_zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M} {time_zone}"
