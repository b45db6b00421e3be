"""What a programme says: the ladder with its thresholds, the period that counts, and how members go down."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, Self
from uuid import UUID, uuid5

NAMESPACE = UUID("b0c1c6b4-5a0e-5d0f-8b7e-0d6f0f6f2a11")

Text = Mapping[str, str]
"""What people read, by locale."""


class Track(StrEnum):
    """What can place a member on a tier."""

    PLAN = "plan"
    SPEND = "spend"
    ENGAGEMENT = "engagement"


COUNTED = (Track.SPEND, Track.ENGAGEMENT)
"""The tracks with a number and thresholds. Where both lead to the same tier, the first is said to have won."""


class PeriodKind(StrEnum):
    """Which time counts."""

    ROLLING = "rolling"
    CALENDAR_YEAR = "calendar_year"
    ANNIVERSARY = "anniversary"


class Down(StrEnum):
    """How far a member falls who did not reach enough in a period."""

    NONE = "none"
    ONE_STEP = "one_step"
    BEST_FIT = "best_fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A step of the ladder. A track whose threshold is None cannot lead to it. Spend is in minor units of money."""

    key: str
    names: Text
    perks: tuple[Text, ...] = ()
    spend: int | None = None
    engagement: int | None = None

    @property
    def id(self) -> UUID:
        """Comes from the key, so that a tier is the same in every version."""
        return _tier_id(self.key)

    def needed(self, track: Track) -> int | None:
        """What a counted track has to reach."""
        return self.spend if track is Track.SPEND else self.engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How many different members and days a metric needs: one of each for so many of its units."""

    units_per_member: int = 4
    units_per_day: int = 3


@dataclass(frozen=True, kw_only=True)
class Programme:
    """The rules of one version. The ladder begins with the tier that everybody has."""

    ladder: tuple[Tier, ...]
    period: PeriodKind = PeriodKind.ROLLING
    months: int = 12
    down: Down = Down.ONE_STEP
    grace_days: int = 30
    keep_percent: int = 90
    minimum_stay_days: int = 14
    warning_days: int = 30
    gates: Mapping[str, Gate] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The key of the tier that everybody has."""
        return self.ladder[0].key

    @property
    def keys(self) -> list[str]:
        """The keys of the ladder, from the bottom up."""
        return [tier.key for tier in self.ladder]

    def rank(self, key: str) -> int:
        """The place of a tier, from 0. Raises ValueError for one that is not on the ladder."""
        return self.keys.index(key)

    @cached_property
    def _tiers(self) -> Mapping[str, Tier]:
        return {tier.key: tier for tier in self.ladder}

    def tier(self, key: str) -> Tier:
        """The tier with this key, which is on the ladder."""
        return self._tiers[key]

    def higher(self, one: str | None, other: str) -> str:
        """The higher one of two tiers."""
        return other if one is None else max(one, other, key=self.rank)

    def above(self, key: str) -> Tier | None:
        """The next tier, if there is one."""
        return next(iter(self.ladder[self.rank(key) + 1 :]), None)

    def keeps(self, needed: int) -> int:
        """The least that keeps a tier which `needed` reaches, rounded up."""
        return -(-needed * self.keep_percent // 100)

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON scalars, as it is kept."""
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """The programme again, from what `as_json` gave."""
        ladder = tuple(Tier(**{**tier, "perks": tuple(tier["perks"])}) for tier in kept["ladder"])
        gates = {metric: Gate(**gate) for metric, gate in kept["gates"].items()}
        kinds = {"period": PeriodKind(kept["period"]), "down": Down(kept["down"])}
        return cls(**{**kept, **kinds, "ladder": ladder, "gates": gates})


DEFAULT = Programme(
    ladder=(
        Tier(key="member", names={"en": "Member", "zh-Hant": "一般會員"}),
        Tier(
            key="silver",
            names={"en": "Silver", "zh-Hant": "銀卡會員"},
            perks=({"en": "Early notice of campaigns and events", "zh-Hant": "搶先得知活動消息"},),
            spend=10_000,
            engagement=200,
        ),
        Tier(
            key="gold",
            names={"en": "Gold", "zh-Hant": "金卡會員"},
            perks=(
                {"en": "Exclusive articles a day before everyone", "zh-Hant": "專屬內容提前一天閱讀"},
                {"en": "Early registration for events", "zh-Hant": "活動優先報名"},
            ),
            spend=30_000,
            engagement=1_000,
        ),
        Tier(
            key="vip",
            names={"en": "VIP", "zh-Hant": "VIP 會員"},
            perks=(
                {"en": "Exclusive articles the moment they appear", "zh-Hant": "專屬內容搶先看"},
                {"en": "Product try-outs and live sessions with the makers", "zh-Hant": "新品試用與線上見面會"},
            ),
            spend=100_000,
            engagement=5_000,
        ),
    ),
    gates={"reactions": Gate()},
)
"""Version 1, as the migration publishes it."""


class Flaw(StrEnum):
    """Why rules cannot be published."""

    LADDER_LENGTH = "ladder_length"
    DUPLICATE_TIER = "duplicate_tier"
    TIER_KEY = "tier_key"
    TIER_TEXT = "tier_text"
    TOO_MANY_PERKS = "too_many_perks"
    TIER_MISSING = "tier_missing"
    BASE_CHANGED = "base_changed"
    BASE_THRESHOLD = "base_threshold"
    THRESHOLDS_NOT_RISING = "thresholds_not_rising"
    MONTHS = "months"
    DAYS = "days"
    KEEP_PERCENT = "keep_percent"
    GATE = "gate"


MAX_TIERS = 20
LONGEST_KEY = 30
LONGEST_TEXT = 200
MAX_PERKS = 20
LARGEST = 2**63 - 1


def flaw_in(programme: Programme, before: Programme) -> Flaw | None:
    """Why this cannot follow `before`; None when it can.

    Tiers are never taken off the ladder nor put in another order, because members stand on them.
    """
    ladder = programme.ladder
    checks = {
        Flaw.LADDER_LENGTH: 2 <= len(ladder) <= MAX_TIERS,
        Flaw.DUPLICATE_TIER: len(set(programme.keys)) == len(ladder),
        Flaw.TIER_KEY: all(_is_key(key) for key in programme.keys),
        Flaw.TIER_TEXT: all(_is_text(text) for tier in ladder for text in (tier.names, *tier.perks)),
        Flaw.TOO_MANY_PERKS: all(len(tier.perks) <= MAX_PERKS for tier in ladder),
        Flaw.TIER_MISSING: [key for key in programme.keys if key in before.keys] == before.keys,
        Flaw.BASE_CHANGED: programme.keys[:1] == [before.base],
        Flaw.BASE_THRESHOLD: all(tier.spend is None and tier.engagement is None for tier in ladder[:1]),
        Flaw.THRESHOLDS_NOT_RISING: all(_is_rising(programme, track) for track in COUNTED),
        Flaw.MONTHS: 1 <= programme.months <= 120,
        Flaw.DAYS: all(
            0 <= days <= 365 for days in (programme.grace_days, programme.minimum_stay_days, programme.warning_days)
        ),
        Flaw.KEEP_PERCENT: 1 <= programme.keep_percent <= 100,
        Flaw.GATE: all(
            _is_key(metric) and min(gate.units_per_member, gate.units_per_day) >= 1
            for metric, gate in programme.gates.items()
        ),
    }
    return next((flaw for flaw, is_fine in checks.items() if not is_fine), None)


def _is_key(key: str) -> bool:
    return 0 < len(key) <= LONGEST_KEY and key.isascii() and key.replace("_", "").isalnum() and key == key.lower()


def _is_text(text: Text) -> bool:
    return bool(text.get("en")) and all(
        0 < len(words) <= LONGEST_TEXT and words.isprintable() for words in text.values()
    )


def _is_rising(programme: Programme, track: Track) -> bool:
    """Each threshold is an amount, and higher than the ones below."""
    needed = [each for tier in programme.ladder if (each := tier.needed(track)) is not None]
    return needed == sorted(set(needed)) and all(0 < each <= LARGEST for each in needed)


@lru_cache(1_000)
def _tier_id(key: str) -> UUID:
    return uuid5(NAMESPACE, key)
