"""How a partner stood through time: it earns by what happened while it was active."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from community.partners.rules.words import Status

Standings: TypeAlias = Sequence[tuple[datetime, Status]]
"""How a partner stood since when, the first one first."""


def was_active(standings: Standings, instant: datetime) -> bool:
    """Whether a partner earned at that time."""
    return [status for since, status in standings if since <= instant][-1:] == [Status.ACTIVE]
