"""What a member holds: grants by feature, each from a source with its own beginning and end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from operator import itemgetter


class SourceKind(StrEnum):
    """What can give a right. The order breaks ties."""

    TIER = "tier"
    PLAN = "plan"
    PURCHASE = "purchase"
    POINTS = "points"
    EVENT = "event"
    GIFT = "gift"
    STAFF = "staff"


class Closing(StrEnum):
    """Why a grant is not open any more."""

    ENDED = "ended"
    REVOKED = "revoked"
    REPLACED = "replaced"


USED_UP = frozenset({SourceKind.PURCHASE, SourceKind.POINTS, SourceKind.GIFT})
"""What is given for some days: several of these are used up one after the other."""

LONGEST_SOURCE_KEY = 200


@dataclass(frozen=True, slots=True)
class Source:
    """Where a right comes from: `key` names the order's line, the event, the gift, the tier."""

    kind: SourceKind
    key: str

    def __post_init__(self) -> None:
        if not is_source_key(self.key):
            raise ValueError(f"a source is named by 1 to {LONGEST_SOURCE_KEY} printable characters, not {self.key!r}")


def is_source_key(key: str) -> bool:
    """Whether this can name a source."""
    return 0 < len(key) <= LONGEST_SOURCE_KEY and key.isprintable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one source gives: from `starts_at` on, before `ends_at`. Without a beginning or an end it is open there."""

    source: Source
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it gives the right at this instant. At its end it does not any more."""
        return (self.starts_at is None or self.starts_at <= now) and not self.has_ended(now)

    def has_ended(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.ends_at is not None and self.ends_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """That a member may use a feature now: by which grants, and until when; None when no end is known."""

    feature: str
    sources: tuple[Grant, ...]
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rights:
    """All grants of a member that have not ended, by feature, as they were read. Ask them about any instant since."""

    grants: Mapping[str, tuple[Grant, ...]]

    def holds(self, feature: str, now: datetime) -> bool:
        """Whether the member may use the feature at this instant."""
        return any(grant.is_live(now) for grant in self.grants.get(feature, ()))

    def right(self, feature: str, now: datetime) -> Right | None:
        """The right to a feature with its sources; None when the member does not hold it."""
        grants = self.grants.get(feature, ())
        live = tuple(grant for grant in grants if grant.is_live(now))
        return Right(feature=feature, sources=live, ends_at=reach(grants, now)) if live else None

    def held(self, now: datetime) -> list[Right]:
        """Every right at this instant, by feature."""
        return [right for feature in sorted(self.grants) if (right := self.right(feature, now))]


NOTHING = Rights({})
"""What strangers hold."""


def reach(grants: Sequence[Grant], now: datetime) -> datetime | None:
    """Until when these give the right that they give now, with those that follow without a gap; None without an end."""
    until = now
    while live := [grant.ends_at for grant in grants if grant.is_live(until)]:
        ends = [end for end in live if end is not None]
        if len(ends) < len(live):
            return None
        until = max(ends)
    return until


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What was announced of a right: since when, until when, and the source that carries it furthest."""

    since: datetime
    until: datetime | None
    source: Source


@dataclass(frozen=True, slots=True)
class Turn:
    """One step in the life of a right: what was held before and what is held from `at` on; never the same twice."""

    at: datetime
    before: Held | None
    after: Held | None


def turns(before: Held | None, grants: Sequence[Grant], now: datetime) -> list[Turn]:
    """What happened to a right up to now: each of its beginnings and ends, also those that nobody was awake for."""
    steps: list[Turn] = []
    last = before
    for instant in [*_edges(grants, before=now), now]:
        if instant < now and last and (last.until is None or instant < last.until):
            continue
        after = _held(last, grants, instant)
        if after != last:
            steps.append(Turn(instant, last, after))
            last = after
    return steps


def due_at(grants: Iterable[Grant], now: datetime) -> datetime | None:
    """When the clock alone changes something next."""
    edges = {edge for grant in grants for edge in (grant.starts_at, grant.ends_at)}
    return min((edge for edge in edges if edge is not None and edge > now), default=None)


def begins_at(grants: Iterable[Grant], now: datetime) -> datetime:
    """When another one that is used up begins: after all of them that are there."""
    return max([now, *(grant.ends_at for grant in grants if grant.source.kind in USED_UP and grant.ends_at)])


def moved_up(grants: Sequence[Grant], now: datetime) -> list[tuple[Grant, Grant]]:
    """Those that waited for one which is gone, before and after: as early as they can be, and as long as they were."""
    free = begins_at([grant for grant in grants if grant.is_live(now)], now)
    waiting = [
        (grant.starts_at, grant.ends_at - grant.starts_at, grant)
        for grant in grants
        if grant.source.kind in USED_UP and grant.starts_at and grant.ends_at and grant.starts_at > now
    ]
    moved = []
    for starts_at, lasts, grant in sorted(waiting, key=itemgetter(0)):
        begins = min(free, starts_at)
        free = begins + lasts
        if begins < starts_at:
            moved.append((grant, replace(grant, starts_at=begins, ends_at=free)))
    return moved


def _held(before: Held | None, grants: Sequence[Grant], now: datetime) -> Held | None:
    live = [grant for grant in grants if grant.is_live(now)]
    if not live:
        return None
    leading = min(live, key=_rank)
    return Held(since=before.since if before else now, until=reach(grants, now), source=leading.source)


def _rank(grant: Grant) -> tuple[bool, float, int, str]:
    """Open grants first, then those that end last."""
    ends = grant.ends_at.timestamp() if grant.ends_at else 0.0
    return grant.ends_at is not None, -ends, list(SourceKind).index(grant.source.kind), grant.source.key


def _edges(grants: Sequence[Grant], *, before: datetime) -> list[datetime]:
    """When something should have happened already."""
    edges = {edge for grant in grants for edge in (grant.starts_at, grant.ends_at)}
    return sorted(edge for edge in edges if edge is not None and edge < before)
