"""What tiers tell: the ladder, where members stand and why, how far it is, what was decided, who would move."""

from community.tiers.queries.entries import ENTRY_SHAPE, EntryView, entries_behind
from community.tiers.queries.locks import LockView, locks_on
from community.tiers.queries.programmes import ProgrammeView, in_force, latest, versions
from community.tiers.queries.simulation import MoveView, SimulationView, simulate
from community.tiers.queries.standings import (
    BESIDE,
    ProgressView,
    StandingView,
    TrackView,
    ladder,
    members_on,
    progress,
    reached_by,
    standing,
    standing_seen_by,
    tiers_of,
)
from community.tiers.queries.transitions import TransitionView, transitions_by_ids, transitions_of

__all__ = [
    "BESIDE",
    "ENTRY_SHAPE",
    "EntryView",
    "LockView",
    "MoveView",
    "ProgrammeView",
    "ProgressView",
    "SimulationView",
    "StandingView",
    "TrackView",
    "TransitionView",
    "entries_behind",
    "in_force",
    "ladder",
    "latest",
    "locks_on",
    "members_on",
    "progress",
    "reached_by",
    "simulate",
    "standing",
    "standing_seen_by",
    "tiers_of",
    "transitions_by_ids",
    "transitions_of",
    "versions",
]
