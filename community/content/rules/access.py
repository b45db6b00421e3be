"""Who may see the walled part of an item: the one function that every output asks.

Two things have to come together. The **requirement** says who: everybody, members, a tier or above, whoever has a
feature, whoever paid points. The **windows** say when: VIP today, Gold tomorrow, everyone next week. An item without
windows is open as soon as it is published; with windows it is open to whom one of them includes while that is open, so
that time alone opens it and nothing has to run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Self
from uuid import UUID

from community.kernel.words import Word


class Visibility(Word):
    """Whom an item asks for."""

    PUBLIC = "public", "Everybody, signed in or not."
    MEMBERS = "members", "Whoever is signed in."
    TIER = "tier", "Members of a tier or a higher one."
    FEATURE = "feature", "Members who have a feature: by tier, plan, attendance of an event, as a gift."
    POINTS = "points", "Members who paid points for it, once and for good."


class Reason(Word):
    """Why somebody may see it, or why not yet."""

    PUBLIC = "public", "It is open to everybody."
    MEMBER = "member", "You are a member."
    TIER = "tier", "Your tier includes it."
    FEATURE = "feature", "You have the feature it asks for."
    UNLOCKED = "unlocked", "You unlocked it."
    EDITOR = "editor", "You publish here."
    SIGN_IN = "sign_in", "It is for members: nobody is signed in."
    TIER_TOO_LOW = "tier_too_low", "It is for a higher tier than yours."
    FEATURE_MISSING = "feature_missing", "It asks for a feature that you do not have."
    LOCKED = "locked", "It costs points, and you have not unlocked it."
    NOT_YET = "not_yet", "Its time has not come for you."
    OVER = "over", "Its time is over."


class OfferKind(Word):
    """What would open it."""

    SIGN_IN = "sign_in", "Sign in, or join."
    REACH_TIER = "reach_tier", "Reach the tier."
    GET_FEATURE = "get_feature", "Get the feature."
    SPEND_POINTS = "spend_points", "Spend the points."
    WAIT = "wait", "Wait until then."


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Whom something asks for: the tier, the feature's key or the price that belongs to its visibility."""

    visibility: Visibility = Visibility.PUBLIC
    tier: str | None = None
    feature: str | None = None
    points: int | None = None

    def as_json(self) -> dict[str, Any]:
        """What has to be kept of it."""
        kept = {"visibility": self.visibility.value, "tier": self.tier, "feature": self.feature, "points": self.points}
        return {name: value for name, value in kept.items() if value is not None}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """The requirement again, from what `as_json` gave."""
        return cls(**{**kept, "visibility": Visibility(kept["visibility"])})


EVERYBODY = Requirement()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when on, and perhaps until when, members of a tier or above may see it; without a tier, everybody may."""

    opens_at: datetime
    closes_at: datetime | None = None
    tier: str | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether `now` lies in it. The end does not."""
        return self.opens_at <= now and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Whether it has closed for good."""
        return self.closes_at is not None and self.closes_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Everything that decides about an item besides the viewer and the time."""

    requirement: Requirement = EVERYBODY
    windows: tuple[Window, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The terms as JSON scalars, as they are kept."""
        return {
            "requirement": self.requirement.as_json(),
            "windows": [
                {
                    "tier": window.tier,
                    "opens_at": window.opens_at.isoformat(),
                    "closes_at": window.closes_at.isoformat() if window.closes_at else None,
                }
                for window in self.windows
            ],
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """The terms again, from what `as_json` gave."""
        return cls(
            requirement=Requirement.of_json(kept["requirement"]),
            windows=tuple(
                Window(
                    tier=window["tier"],
                    opens_at=datetime.fromisoformat(window["opens_at"]),
                    closes_at=datetime.fromisoformat(window["closes_at"]) if window["closes_at"] else None,
                )
                for window in kept["windows"]
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks, with all that decisions about them depend on, at one instant.

    `tiers` are the keys of the tiers they have reached, all below theirs included; `rights` the feature keys they have.
    Both are empty until they were asked for, which `is_known` tells: whoever is not known is let in nowhere.
    """

    now: datetime
    member_id: UUID | None = None
    tiers: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    is_known: bool = False
    is_editor: bool = False


class Flaw(Word):
    """What is wrong with terms."""

    UNKNOWN_TIER = "unknown_tier", "There is no such tier."
    FEATURE_KEY = "feature_key", "There is no such feature."
    PRICE = "price", "A price is a number of points from 1 to a billion."
    SUPERFLUOUS = "superfluous", "A tier, a feature or a price is given that this visibility does not ask for."
    WINDOW_ORDER = "window_order", "Each window opens later than the one before it."
    WINDOW_REACH = "window_reach", "Each window is for more members than the one before it."
    WINDOW_END = "window_end", "A window closes after it opens."
    TOO_MANY_WINDOWS = "too_many_windows", "There are at most ten windows."


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One way to open it: with the tier, the feature, the points or the instant that belongs to its kind."""

    kind: OfferKind
    tier: str | None = None
    feature: str | None = None
    points: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The answer. `unlocks_at` is when time alone opens it for this viewer, `ends_at` when it closes for them again."""

    granted: bool
    reason: Reason
    requires: Requirement
    unlocks_at: datetime | None = None
    ends_at: datetime | None = None
    offers: tuple[Offer, ...] = ()


OPEN = Terms()
"""What asks for nothing."""

MAX_WINDOWS = 10
LARGEST_PRICE = 1_000_000_000

_FAILED = {
    Visibility.MEMBERS: Reason.SIGN_IN,
    Visibility.TIER: Reason.TIER_TOO_LOW,
    Visibility.FEATURE: Reason.FEATURE_MISSING,
    Visibility.POINTS: Reason.LOCKED,
}
_MET = {
    Visibility.PUBLIC: Reason.PUBLIC,
    Visibility.MEMBERS: Reason.MEMBER,
    Visibility.TIER: Reason.TIER,
    Visibility.FEATURE: Reason.FEATURE,
    Visibility.POINTS: Reason.UNLOCKED,
}


def own_feature(item_id: UUID) -> str:
    """The feature key that stands for having unlocked this one item."""
    return f"content.{item_id.hex}"


def decide(item_id: UUID, terms: Terms, viewer: Viewer) -> Access:
    """Whether this viewer may see the walled part of the item now, why, and what would help."""
    requirement = terms.requirement
    if viewer.is_editor:
        return Access(granted=True, reason=Reason.EDITOR, requires=requirement)
    including = [window for window in terms.windows if _includes(window, viewer)]
    is_met = _is_met(item_id, requirement, viewer)
    current = [window for window in including if window.is_open(viewer.now)]
    if is_met and (current or not terms.windows):
        ends = [window.closes_at for window in current]
        return Access(
            granted=True,
            reason=_MET[requirement.visibility],
            requires=requirement,
            ends_at=None if None in ends or not ends else max(end for end in ends if end),
        )
    unlocks_at = _next_opening(including, viewer) if is_met else None
    return Access(
        granted=False,
        reason=_refusal(requirement, terms.windows, viewer, is_met=is_met, is_coming=unlocks_at is not None),
        requires=requirement,
        unlocks_at=unlocks_at,
        offers=tuple(_offers(item_id, terms, viewer, is_met=is_met, unlocks_at=unlocks_at)),
    )


def decide_block(item_id: UUID, requirement: Requirement, viewer: Viewer) -> Access:
    """The same for one gated block, which has a requirement of its own and no windows."""
    return decide(item_id, Terms(requirement=requirement), viewer)


def flaw_in(terms: Terms, ladder: Sequence[str], is_feature: Callable[[str], bool]) -> Flaw | None:
    """Why these terms cannot be kept; None when they can. `ladder` are the tiers' keys from the bottom up."""
    return (
        flaw_in_requirement(terms.requirement, ladder, is_feature)
        or (Flaw.TOO_MANY_WINDOWS if len(terms.windows) > MAX_WINDOWS else None)
        or _flaw_in_windows(terms.windows, ladder)
    )


def flaw_in_requirement(
    requirement: Requirement, ladder: Sequence[str], is_feature: Callable[[str], bool]
) -> Flaw | None:
    """Why this cannot be required; None when it can."""
    named = {
        Visibility.TIER: requirement.tier,
        Visibility.FEATURE: requirement.feature,
        Visibility.POINTS: requirement.points,
    }
    if any(value is not None for kind, value in named.items() if kind is not requirement.visibility):
        return Flaw.SUPERFLUOUS
    match requirement.visibility:
        case Visibility.TIER if requirement.tier not in ladder:
            return Flaw.UNKNOWN_TIER
        case Visibility.FEATURE if not (requirement.feature and is_feature(requirement.feature)):
            return Flaw.FEATURE_KEY
        case Visibility.POINTS if not (requirement.points and 0 < requirement.points <= LARGEST_PRICE):
            return Flaw.PRICE
    return None


def _flaw_in_windows(windows: Sequence[Window], ladder: Sequence[str]) -> Flaw | None:
    if any(window.tier is not None and window.tier not in ladder for window in windows):
        return Flaw.UNKNOWN_TIER
    if any(window.closes_at is not None and window.closes_at <= window.opens_at for window in windows):
        return Flaw.WINDOW_END
    for earlier, later in pairwise(windows):
        if later.opens_at <= earlier.opens_at:
            return Flaw.WINDOW_ORDER
        if _reach(later, ladder) >= _reach(earlier, ladder):
            return Flaw.WINDOW_REACH
    return None


def _reach(window: Window, ladder: Sequence[str]) -> int:
    """The rank that a window begins at; everybody is below the lowest tier."""
    return -1 if window.tier is None else ladder.index(window.tier)


def _includes(window: Window, viewer: Viewer) -> bool:
    return window.tier is None or window.tier in viewer.tiers


def _is_met(item_id: UUID, requirement: Requirement, viewer: Viewer) -> bool:
    match requirement.visibility:
        case Visibility.PUBLIC:
            return True
        case Visibility.MEMBERS:
            return viewer.member_id is not None
        case Visibility.TIER:
            return requirement.tier in viewer.tiers
        case Visibility.FEATURE:
            return requirement.feature in viewer.rights
        case Visibility.POINTS:
            return own_feature(item_id) in viewer.rights


def _next_opening(including: Sequence[Window], viewer: Viewer) -> datetime | None:
    return min((window.opens_at for window in including if window.opens_at > viewer.now), default=None)


def _refusal(
    requirement: Requirement, windows: Sequence[Window], viewer: Viewer, *, is_met: bool, is_coming: bool
) -> Reason:
    if is_coming:
        return Reason.NOT_YET
    if is_met and all(window.is_over(viewer.now) for window in windows):
        return Reason.OVER
    if viewer.member_id is None:
        return Reason.SIGN_IN
    return Reason.TIER_TOO_LOW if is_met else _FAILED[requirement.visibility]


def _offers(item_id: UUID, terms: Terms, viewer: Viewer, *, is_met: bool, unlocks_at: datetime | None) -> list[Offer]:
    """What helps, the nearest first. Nothing is offered for what is over, however much one had."""
    if terms.windows and all(window.is_over(viewer.now) for window in terms.windows):
        return []
    found = []
    if viewer.member_id is None and (not is_met or _earlier_tiers(terms, viewer, unlocks_at)):
        found.append(Offer(kind=OfferKind.SIGN_IN))
    if not is_met:
        found += _towards(item_id, terms.requirement)
    found += [
        Offer(kind=OfferKind.REACH_TIER, tier=tier)
        for tier in _earlier_tiers(terms, viewer, unlocks_at)
        if tier != terms.requirement.tier
    ]
    if unlocks_at is not None:
        found.append(Offer(kind=OfferKind.WAIT, at=unlocks_at))
    return found


def _towards(item_id: UUID, requirement: Requirement) -> list[Offer]:
    match requirement.visibility:
        case Visibility.TIER:
            return [Offer(kind=OfferKind.REACH_TIER, tier=requirement.tier)]
        case Visibility.FEATURE:
            return [Offer(kind=OfferKind.GET_FEATURE, feature=requirement.feature)]
        case Visibility.POINTS:
            feature = own_feature(item_id)
            return [Offer(kind=OfferKind.SPEND_POINTS, points=requirement.points, feature=feature)]
        case _:
            return []


def _earlier_tiers(terms: Terms, viewer: Viewer, unlocks_at: datetime | None) -> list[str]:
    """Tiers that are let in now, or sooner than this viewer."""
    return [
        window.tier
        for window in terms.windows
        if window.tier is not None
        and window.tier not in viewer.tiers
        and not window.is_over(viewer.now)
        and (unlocks_at is None or window.opens_at < unlocks_at)
        and not any(_includes(other, viewer) and other.is_open(viewer.now) for other in terms.windows)
    ]


def asks_to_know(requirements: Iterable[Requirement], windows: Iterable[Window] = ()) -> bool:
    """Whether any of these depends on more of a member than that they are one."""
    simple = (Visibility.PUBLIC, Visibility.MEMBERS)
    return any(each.visibility not in simple for each in requirements) or any(window.tier for window in windows)
