"""The life of a campaign, and what may still be changed in each part of it."""

from enum import StrEnum

from community.campaigns.rules.plan import Budget, Limits, Plan


class State(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    SETTLED = "settled"
    CANCELLED = "cancelled"


LISTENING = frozenset({State.SCHEDULED, State.OPEN, State.CLOSED})
"""While it stands here, posts are judged: by when they were written, not by when they are heard of."""

PUBLIC = frozenset({State.SCHEDULED, State.OPEN, State.CLOSED, State.SETTLED, State.CANCELLED})

CANCELLABLE = frozenset({State.DRAFT, State.SCHEDULED, State.OPEN})
EDITABLE = frozenset({State.DRAFT, State.SCHEDULED, State.OPEN, State.CLOSED})


class Harm(StrEnum):
    """What an edit would take from those who rely on it."""

    TERMS = "terms"
    WINDOW = "window"
    HASHTAGS = "hashtags"
    MEDIA = "media"
    AUDIENCE = "audience"
    LIMITS = "limits"
    BUDGET = "budget"
    REVIEW = "review"
    REWARD = "reward"
    LEADERBOARD = "leaderboard"
    PRIZES = "prizes"
    DRAW = "draw"


def harm_in(state: State, before: Plan, after: Plan) -> Harm | None:
    """What an edit would harm, None when nobody.

    Until it opens everything may change. While it is open its name and brief may change, its end come later, its
    budget and limits grow, its audience become everybody, and prizes be added. After that, its name and brief.
    """
    if state in (State.DRAFT, State.SCHEDULED):
        return None
    is_open = state is State.OPEN
    safe = {
        Harm.TERMS: after.terms == before.terms,
        Harm.WINDOW: after.opens_at == before.opens_at
        and (after.closes_at == before.closes_at or (is_open and after.closes_at > before.closes_at)),
        Harm.HASHTAGS: (after.hashtags, after.match) == (before.hashtags, before.match),
        Harm.MEDIA: after.needs_media is before.needs_media or (is_open and before.needs_media),
        Harm.AUDIENCE: after.audience == before.audience or (is_open and after.audience == type(after.audience)()),
        Harm.LIMITS: after.limits == before.limits or (is_open and _has_grown(before.limits, after.limits)),
        Harm.BUDGET: after.budget == before.budget or (is_open and _has_grown(before.budget, after.budget)),
        Harm.REVIEW: after.review == before.review,
        Harm.REWARD: after.reward == before.reward,
        Harm.LEADERBOARD: (after.cycle, after.score) == (before.cycle, before.score),
        Harm.PRIZES: after.prizes == before.prizes or (is_open and after.prizes[: len(before.prizes)] == before.prizes),
        Harm.DRAW: (after.tickets, after.beacon) == (before.tickets, before.beacon),
    }
    return next((harm for harm, is_safe in safe.items() if not is_safe), None)


def _has_grown(before: Limits | Budget, after: Limits | Budget) -> bool:
    figures = ((getattr(before, name), getattr(after, name)) for name in before.__slots__)
    return all(new is None or (old is not None and new >= old) for old, new in figures)
