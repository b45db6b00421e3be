"""The programme: what counts as having brought somebody, when it is rewarded, what makes it doubtful.

Each version of it is data with a start. Whatever was decided keeps the version that decided it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from community.kernel.words import Word
from community.referrals.rules.signals import WEIGHTS, SignalCode

LONGEST_WINDOW_DAYS = 730
LONGEST_HOLDING_DAYS = 365
LARGEST = 10**9


class Credits(Word):
    """Which touch of the same rank counts."""

    LAST_TOUCH = "last_touch", "The last one before the sign-up."
    FIRST_TOUCH = "first_touch", "The first one within the window."


class TouchKind(Word):
    """What may bring somebody."""

    MEMBER_LINK = "member_link", "A member's link or code."
    PARTNER_LINK = "partner_link", "A partner's link or code."
    COUPON = "coupon", "A coupon that belongs to somebody."
    CAMPAIGN = "campaign", "A campaign of the company itself."


RANKS: Mapping[TouchKind, int] = {
    TouchKind.MEMBER_LINK: 1,
    TouchKind.PARTNER_LINK: 1,
    TouchKind.COUPON: 1,
    TouchKind.CAMPAIGN: 0,
}
"""A campaign of the company counts only where nobody else brought the member."""

FIRST_ORDER = "order.paid"
JOINING = "member.joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From how many on it is doubtful."""

    joined_in_an_hour: int = 5
    joined_in_a_day: int = 20
    joined_from_an_address: int = 3
    noise_percent: int = 80
    noise_from: int = 50
    seconds_to_join: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """All of one version.

    `qualifies_on` names the event by which a friend qualifies, `least_amount` how much an order must come to, in minor
    units. A signal as heavy as `refuse_from` refuses by itself; signals that come to `review_from` together ask people.
    """

    credits: Credits = Credits.LAST_TOUCH
    window_days: int = 90
    late_days: int = 30
    ranks: Mapping[TouchKind, int] = field(default_factory=lambda: RANKS)
    qualifies_on: str = FIRST_ORDER
    least_amount: int = 1
    holding_days: int = 30
    review_from: int = 40
    refuse_from: int = 100
    weights: Mapping[SignalCode, int] = field(default_factory=lambda: WEIGHTS)
    limits: Limits = field(default_factory=Limits)

    def rank(self, kind: TouchKind) -> int:
        """Kinds of a higher rank go before the others."""
        return self.ranks.get(kind, 0)

    def weight(self, code: SignalCode) -> int:
        """How heavy a signal is; 0 leaves it out."""
        return self.weights.get(code, 0)

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON scalars, as it is kept."""
        ranks = {kind.value: rank for kind, rank in self.ranks.items()}
        weights = {code.value: weight for code, weight in self.weights.items()}
        return {**asdict(self), "ranks": ranks, "weights": weights}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """The programme again, from what `as_json` gave."""
        typed = {
            "credits": Credits(kept["credits"]),
            "ranks": {TouchKind(kind): rank for kind, rank in kept["ranks"].items()},
            "weights": {SignalCode(code): weight for code, weight in kept["weights"].items()},
            "limits": Limits(**kept["limits"]),
        }
        return cls(**{**kept, **typed})


FIRST_VERSION = "1"

DEFAULT = Programme()
"""Version 1, in force since ever. It never changes: another programme is another version."""


def flaw_in(programme: Programme) -> str | None:
    """Why this cannot be published, as the name of what is wrong; None when it can."""
    figures = asdict(programme.limits).values()
    checks = {
        "window_days": 1 <= programme.window_days <= LONGEST_WINDOW_DAYS,
        "late_days": 0 <= programme.late_days <= LONGEST_WINDOW_DAYS,
        "ranks": all(-100 <= rank <= 100 for rank in programme.ranks.values()),
        "qualifies_on": programme.qualifies_on in (FIRST_ORDER, JOINING),
        "least_amount": 0 <= programme.least_amount <= LARGEST,
        "holding_days": 0 <= programme.holding_days <= LONGEST_HOLDING_DAYS,
        "review_from": 1 <= programme.review_from <= programme.refuse_from,
        "weights": all(0 <= weight <= LARGEST for weight in programme.weights.values()),
        "limits": all(1 <= figure <= LARGEST for figure in figures) and programme.limits.noise_percent <= 100,
    }
    return next((flaw for flaw, is_fine in checks.items() if not is_fine), None)
