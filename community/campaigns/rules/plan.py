"""What a campaign says: its texts and window, which posts enter, what they earn, what can be won."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from community.kernel.text import is_blank

Text = Mapping[str, str]
"""What people read, by locale. English is always there."""

LOCALES = ("en", "zh-Hant")

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 60
LONGEST_NAME = 80
LONGEST_TEXT = 20_000
LONGEST_WINDOW = timedelta(days=366)
MAX_HASHTAGS = 5
MAX_PRIZES = 20
MAX_WINNERS = 1_000
MAX_LABELS = 20
LARGEST_REWARD = 100_000
LARGEST_BUDGET = 10**12
MOST_ENTRIES = 1_000_000
MOST_ENTRIES_EACH = 1_000
LARGEST_GATE = 100
LONGEST_GATE_DAYS = 60


class Match(StrEnum):
    """How many of the hashtags a post has to carry."""

    ALL = "all"
    ANY = "any"


class Review(StrEnum):
    """Who decides on an entry that fits."""

    AUTOMATIC = "automatic"
    STAFF = "staff"


class Cycle(StrEnum):
    """How long a leaderboard counts before it begins anew."""

    WEEK = "week"
    WHOLE = "whole"


class Score(StrEnum):
    """What a leaderboard counts."""

    ENTRIES = "entries"
    REACTIONS = "reactions"


class Tickets(StrEnum):
    """How many tickets an entry has in the draw."""

    ENTRY = "entry"
    MEMBER = "member"
    REACTIONS = "reactions"


class Flaw(StrEnum):
    """What is wrong with a plan."""

    SLUG = "slug"
    TEXT = "text"
    WINDOW = "window"
    HASHTAGS = "hashtags"
    AUDIENCE = "audience"
    LIMITS = "limits"
    BUDGET = "budget"
    REWARD = "reward"
    GATE = "gate"
    PRIZES = "prizes"
    BEACON = "beacon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may enter: from a tier up, who joined in a span of time, who has one of these labels."""

    min_tier: str | None = None
    joined_from: datetime | None = None
    joined_before: datetime | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many entries of one member may stand: on one of their days, and in all. None is as many as they like."""

    per_day: int | None = None
    in_all: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many points the rewards may cost, and how many entries may be accepted: the first ones. None is no end."""

    points: int | None = None
    entries: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A reward waits until so many different members have reacted, within so many days of the acceptance."""

    members: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """What an accepted entry earns."""

    points: int = 0
    credits: int = 0
    gate: Gate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prize:
    """Something that so many members win. `points` are given with it."""

    name: Text
    count: int = 1
    points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of it. `hashtags` are names. `beacon` names a public number that nobody knows before the list is sealed."""

    name: Text
    brief: Text
    terms: Text
    opens_at: datetime
    closes_at: datetime
    hashtags: tuple[str, ...]
    match: Match = Match.ALL
    needs_media: bool = False
    audience: Audience = field(default_factory=Audience)
    limits: Limits = field(default_factory=Limits)
    budget: Budget = field(default_factory=Budget)
    review: Review = Review.AUTOMATIC
    reward: Reward = field(default_factory=Reward)
    cycle: Cycle = Cycle.WHOLE
    score: Score = Score.ENTRIES
    prizes: tuple[Prize, ...] = ()
    tickets: Tickets = Tickets.ENTRY
    beacon: str | None = None

    def holds(self, instant: datetime) -> bool:
        """Whether the window is open then."""
        return self.opens_at <= instant < self.closes_at

    def is_carried_by(self, hashtags: frozenset[str]) -> bool:
        """Whether a text with these hashtags has those that are asked for."""
        wanted = set(self.hashtags)
        return wanted <= hashtags if self.match is Match.ALL else not wanted.isdisjoint(hashtags)

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON scalars, as it is kept."""
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """The plan again, from what `as_json` gave."""
        audience, reward = kept["audience"], kept["reward"]
        typed = {
            "opens_at": datetime.fromisoformat(kept["opens_at"]),
            "closes_at": datetime.fromisoformat(kept["closes_at"]),
            "hashtags": tuple(kept["hashtags"]),
            "match": Match(kept["match"]),
            "audience": Audience(
                min_tier=audience["min_tier"],
                joined_from=_instant(audience["joined_from"]),
                joined_before=_instant(audience["joined_before"]),
                labels=tuple(audience["labels"]),
            ),
            "limits": Limits(**kept["limits"]),
            "budget": Budget(**kept["budget"]),
            "review": Review(kept["review"]),
            "reward": Reward(**{**reward, "gate": Gate(**reward["gate"]) if reward["gate"] else None}),
            "cycle": Cycle(kept["cycle"]),
            "score": Score(kept["score"]),
            "prizes": tuple(Prize(**prize) for prize in kept["prizes"]),
            "tickets": Tickets(kept["tickets"]),
        }
        return cls(**{**kept, **typed})


def is_slug(slug: str) -> bool:
    """Whether a campaign can be called this in addresses."""
    return len(slug) <= LONGEST_SLUG and SLUG.fullmatch(slug) is not None


def flaw_in(plan: Plan, tiers: tuple[str, ...]) -> Flaw | None:
    """What is wrong with a plan, first things first; None when nothing is. `tiers` are the keys there are."""
    checks = {
        Flaw.TEXT: _is_text(plan.name, LONGEST_NAME)
        and _is_text(plan.brief, LONGEST_TEXT)
        and _is_text(plan.terms, LONGEST_TEXT),
        Flaw.WINDOW: timedelta(0) < plan.closes_at - plan.opens_at <= LONGEST_WINDOW,
        Flaw.HASHTAGS: 0 < len(plan.hashtags) <= MAX_HASHTAGS and len(set(plan.hashtags)) == len(plan.hashtags),
        Flaw.AUDIENCE: _is_audience(plan.audience, tiers),
        Flaw.LIMITS: _is_count(plan.limits.per_day, MOST_ENTRIES_EACH)
        and _is_count(plan.limits.in_all, MOST_ENTRIES_EACH),
        Flaw.BUDGET: _is_count(plan.budget.points, LARGEST_BUDGET) and _is_count(plan.budget.entries, MOST_ENTRIES),
        Flaw.REWARD: 0 <= plan.reward.points <= LARGEST_REWARD and 0 <= plan.reward.credits <= LARGEST_REWARD,
        Flaw.GATE: plan.reward.gate is None or _is_gate(plan.reward.gate),
        Flaw.PRIZES: len(plan.prizes) <= MAX_PRIZES
        and all(_is_prize(prize) for prize in plan.prizes)
        and sum(prize.count for prize in plan.prizes) <= MAX_WINNERS,
        Flaw.BEACON: plan.beacon is None or is_line(plan.beacon),
    }
    return next((flaw for flaw, is_fine in checks.items() if not is_fine), None)


def is_line(text: str) -> bool:
    """Whether it can stand on one line of the list that a draw is made from."""
    return 0 < len(text) <= LONGEST_NAME * 2 and text.isprintable() and not is_blank(text)


def _is_text(text: Text, longest: int) -> bool:
    is_readable = all(len(t) <= longest and not is_blank(t) for t in text.values())
    return is_readable and {"en"} <= set(text) <= set(LOCALES)


def _is_audience(audience: Audience, tiers: tuple[str, ...]) -> bool:
    since, before = audience.joined_from, audience.joined_before
    return (
        (audience.min_tier is None or audience.min_tier in tiers)
        and (since is None or before is None or since < before)
        and len(audience.labels) <= MAX_LABELS
    )


def _is_count(figure: int | None, largest: int) -> bool:
    return figure is None or 0 < figure <= largest


def _is_gate(gate: Gate) -> bool:
    return 0 < gate.members <= LARGEST_GATE and 0 < gate.days <= LONGEST_GATE_DAYS


def _is_prize(prize: Prize) -> bool:
    is_named = _is_text(prize.name, LONGEST_NAME) and all(is_line(name) for name in prize.name.values())
    return is_named and 0 < prize.count <= MAX_WINNERS and 0 <= prize.points <= LARGEST_REWARD


def _instant(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
