"""What a request at the door is, and which clicks count: one for each link and visitor in an hour."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

ONCE_IN = timedelta(hours=1)


class Arrival(StrEnum):
    """What came to the door. Everything but a visit is counted apart."""

    VISIT = "visit"
    BOT = "bot"
    HEAD = "head"
    PREFETCH = "prefetch"
    UNTRACKED = "untracked"


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody followed a link. Who wants no track leaves no trace: then `visitor` and `household` are None."""

    id: UUID
    link_id: UUID
    arrival: Arrival
    at: datetime
    visitor: bytes | None = None
    household: bytes | None = None


Pair = tuple[UUID, bytes]
"""A link and a visitor."""


def arrival_of(*, method: str, is_bot: bool, is_prefetch: bool, wants_no_track: bool) -> Arrival:
    """What a request is."""
    if method == "HEAD":
        return Arrival.HEAD
    if is_bot:
        return Arrival.BOT
    if is_prefetch:
        return Arrival.PREFETCH
    return Arrival.UNTRACKED if wants_no_track else Arrival.VISIT


def counted(visits: Iterable[Click], known: Mapping[Pair, Sequence[datetime]]) -> list[Click]:
    """The visits that count, given when each pair was counted before, or after: a spool may be drained late."""
    taken = {pair: list(instants) for pair, instants in known.items()}
    found = []
    for visit in sorted(visits, key=lambda visit: (visit.at, visit.id)):
        assert visit.visitor is not None, "a visit has a visitor"
        instants = taken.setdefault((visit.link_id, visit.visitor), [])
        if all(abs(visit.at - instant) >= ONCE_IN for instant in instants):
            instants.append(visit.at)
            found.append(visit)
    return found
