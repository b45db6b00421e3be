"""The time a leaderboard counts: the whole campaign, or each of its weeks."""

from datetime import datetime

from community.campaigns.rules.plan import Cycle, Plan
from community.engagement.rules.windows import Span, Window, span_of


def weeks(plan: Plan, time_zone: str) -> list[Span]:
    """The calendar weeks of a campaign, from Monday on, cut by its window; none where it counts the whole."""
    if plan.cycle is Cycle.WHOLE:
        return []
    found, since = [], plan.opens_at
    while since < plan.closes_at:
        until = span_of(Window.WEEK, since, time_zone, 1).until
        assert until is not None, "a week ends"
        found.append(Span(since, min(until, plan.closes_at)))
        since = until
    return found


def week_at(plan: Plan, time_zone: str, now: datetime) -> int | None:
    """The number of the week that counts now, from 1; the first before it begins, the last after it ended."""
    spans = weeks(plan, time_zone)
    begun = sum(1 for span in spans if span.since is not None and span.since <= now)
    return max(begun, 1) if spans else None
