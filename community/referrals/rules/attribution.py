"""Who brought a member: one policy over all that touched them, and why each touch won or did not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from community.kernel.words import Word
from community.referrals.rules.owners import Owner, OwnerKind
from community.referrals.rules.programme import Credits, Programme, TouchKind

CLOCKS_APART = timedelta(minutes=5)
"""How far in the future a click of another host of ours may lie."""


class Verdict(Word):
    """What became of a touch."""

    WON = "won", "It is what brought the member."
    NOT_LAST = "not_last", "A later touch counts."
    NOT_FIRST = "not_first", "An earlier touch counts."
    OUTRANKED = "outranked", "A touch of a kind that goes before this one counts."
    EXPIRED = "expired", "It happened too long before."
    BOUND_BEFORE = "bound_before", "Somebody else brought the member before; the first binding stays."
    TOO_LATE = "too_late", "The member had joined too long before."
    FORGED = "forged", "The click id is none that this server gave out."
    REPLAYED = "replayed", "Another member signed up with this click."
    UNKNOWN = "unknown", "There is no link with this code."
    ENDED = "ended", "The link had ended or was disabled."
    ONESELF = "oneself", "The link is the member's own."


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """Something that may have brought a member. `flaw` is why it cannot have, where that is known by itself."""

    id: UUID
    kind: TouchKind
    at: datetime
    owner: Owner | None = None
    link_id: UUID | None = None
    click_id: UUID | None = None
    code: str | None = None
    campaign: str | None = None
    flaw: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Which touch brought the member, if any, and the verdict on each, in their order."""

    winner: Touch | None
    verdicts: Sequence[tuple[Touch, Verdict]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When the question is asked, about whom, and whether it was answered before."""

    member_id: UUID
    joined_at: datetime
    now: datetime
    is_bound: bool = False


def decide(touches: Sequence[Touch], occasion: Occasion, programme: Programme) -> Decision:
    """Ask the policy. The first binding stays, whatever comes later."""
    flaws = {touch.id: flaw_of(touch, occasion, programme) for touch in touches}
    able = [touch for touch in touches if flaws[touch.id] is None]
    winner = max(able, key=lambda touch: _standing(touch, programme), default=None)
    return Decision(
        winner=winner,
        verdicts=[(touch, flaws[touch.id] or _comparison(touch, winner, programme)) for touch in touches],
    )


def flaw_of(touch: Touch, occasion: Occasion, programme: Programme) -> Verdict | None:
    """Why a touch cannot win, whatever the others are."""
    if touch.flaw is not None:
        return touch.flaw
    if touch.at > occasion.now + CLOCKS_APART:
        return Verdict.FORGED
    if touch.owner == Owner(OwnerKind.MEMBER, occasion.member_id):
        return Verdict.ONESELF
    if occasion.is_bound:
        return Verdict.BOUND_BEFORE
    if occasion.now - occasion.joined_at > timedelta(days=programme.late_days):
        return Verdict.TOO_LATE
    if occasion.now - touch.at > timedelta(days=programme.window_days):
        return Verdict.EXPIRED
    return None


def _standing(touch: Touch, programme: Programme) -> tuple[int, float, int]:
    """What decides, most significant first: the kind's rank, the time, and at the same instant the earlier id."""
    seconds = touch.at.timestamp()
    later_first = programme.credits is Credits.LAST_TOUCH
    return programme.rank(touch.kind), seconds if later_first else -seconds, -touch.id.int


def _comparison(touch: Touch, winner: Touch | None, programme: Programme) -> Verdict:
    assert winner is not None, "where somebody could win, somebody won"
    if touch is winner:
        return Verdict.WON
    if programme.rank(touch.kind) < programme.rank(winner.kind):
        return Verdict.OUTRANKED
    return Verdict.NOT_LAST if programme.credits is Credits.LAST_TOUCH else Verdict.NOT_FIRST
