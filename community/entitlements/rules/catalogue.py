"""What can be opened, and what opens it: a tier, a pass that is bought, points."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID, uuid5

NAMESPACE = UUID("6d0a1e0e-6f7c-5b59-9a53-52f1f4e0c7d1")

Text = Mapping[str, str]
"""What people read, by locale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """An article of the shop that opens a feature for some days. `amount` is in minor units of money."""

    sku: str
    days: int
    amount: int

    @property
    def lasts(self) -> timedelta:
        """How long one of it opens the feature."""
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsPrice:
    """So many points open a feature for some days."""

    points: int
    days: int

    @property
    def lasts(self) -> timedelta:
        """How long they open it."""
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something to use, and the ways to it; without any only staff give it. `tier` is the lowest that opens it."""

    key: str
    names: Text
    descriptions: Text
    tier: str | None = None
    passes: tuple[Pass, ...] = ()
    points: PointsPrice | None = None

    @property
    def id(self) -> UUID:
        """Comes from the key, so that a feature is the same in every version."""
        return uuid5(NAMESPACE, self.key)

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON scalars, as it is kept."""
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """The feature again, from what `as_json` gave."""
        points = PointsPrice(**kept["points"]) if kept["points"] else None
        return cls(**{**kept, "passes": tuple(Pass(**each) for each in kept["passes"]), "points": points})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All features by their keys, as they are at one version."""

    version: int
    features: Mapping[str, Feature]
    passes: Mapping[str, tuple[Feature, Pass]] = field(init=False)
    """By sku, each with what it opens."""

    def __post_init__(self) -> None:
        sold = {each.sku: (feature, each) for feature in self.features.values() for each in feature.passes}
        object.__setattr__(self, "passes", sold)

    def opened_by(self, tiers: frozenset[str]) -> list[Feature]:
        """What somebody may use who has reached these tiers."""
        return [feature for feature in self.features.values() if feature.tier in tiers]


class Flaw(StrEnum):
    """Why a feature cannot be published."""

    KEY = "key"
    TEXT = "text"
    TOO_MANY_PASSES = "too_many_passes"
    SKU = "sku"
    SKU_TAKEN = "sku_taken"
    PRICE = "price"
    DAYS = "days"


LONGEST_KEY = 40
"""A key is also the purpose under which the ledger keeps what was paid for it."""

SKU = re.compile(r"[\x21-\x7e]{1,64}")
"""What a shop can call an article."""

LONGEST_NAME = 60
LONGEST_DESCRIPTION = 500
MAX_PASSES = 10
LONGEST_DAYS = 3_660
LARGEST = 2**63 - 1


def flaw_in(feature: Feature, present: Catalogue) -> Flaw | None:
    """Why this cannot be the next version of a feature in `present`; None when it can."""
    passes, points = feature.passes, feature.points
    skus = [each.sku for each in passes]
    elsewhere = {sku for sku, (opened, _) in present.passes.items() if opened.key != feature.key}
    prices = [each.amount for each in passes] + ([points.points] if points else [])
    days = [each.days for each in passes] + ([points.days] if points else [])
    checks = {
        Flaw.KEY: is_key(feature.key),
        Flaw.TEXT: _is_text(feature.names, LONGEST_NAME) and _is_text(feature.descriptions, LONGEST_DESCRIPTION),
        Flaw.TOO_MANY_PASSES: len(passes) <= MAX_PASSES,
        Flaw.SKU: all(SKU.fullmatch(sku) for sku in skus),
        Flaw.SKU_TAKEN: len(set(skus)) == len(skus) and elsewhere.isdisjoint(skus),
        Flaw.PRICE: all(0 < price <= LARGEST for price in prices),
        Flaw.DAYS: all(1 <= each <= LONGEST_DAYS for each in days),
    }
    return next((flaw for flaw, is_fine in checks.items() if not is_fine), None)


def is_key(key: str) -> bool:
    """Whether this can name a feature: words of a-z, 0-9 and _, with dots between them."""
    return len(key) <= LONGEST_KEY and re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", key) is not None


def is_of_one_thing(key: str) -> bool:
    """Whether it is the right to one single thing, `<area>.<id in hexadecimal>`.

    The area of the thing grants it and says what it costs; the catalogue has no entry for each of them.
    """
    return re.fullmatch(r"[a-z_]+\.[0-9a-f]{32}", key) is not None and is_key(key)


def _is_text(text: Text, longest: int) -> bool:
    return bool(text.get("en")) and all(
        words.strip() and len(words) <= longest and words.isprintable() for words in text.values()
    )


DEFAULTS = (
    Feature(
        key="articles.premium",
        names={"en": "Premium articles", "zh-Hant": "精選專文"},
        descriptions={
            "en": "Every article in full, with its pictures and downloads.",
            "zh-Hant": "完整閱讀所有專文，包含圖片與下載。",
        },
        tier="gold",
        passes=(
            Pass(sku="pass.articles.30d", days=30, amount=900),
            Pass(sku="pass.articles.365d", days=365, amount=9_000),
        ),
        points=PointsPrice(points=200, days=7),
    ),
    Feature(
        key="early_access",
        names={"en": "Early access", "zh-Hant": "搶先體驗"},
        descriptions={
            "en": "New products and registrations before everyone else.",
            "zh-Hant": "新品與活動報名，比別人早一步。",
        },
        tier="gold",
        points=PointsPrice(points=500, days=30),
    ),
    Feature(
        key="lounge",
        names={"en": "Members' lounge", "zh-Hant": "會員交誼廳"},
        descriptions={
            "en": "The room where our most faithful members meet the makers.",
            "zh-Hant": "資深會員與品牌團隊面對面的專屬空間。",
        },
        tier="vip",
        passes=(Pass(sku="pass.lounge.30d", days=30, amount=2_900),),
    ),
)
"""What the migration publishes, versions 1 to 3."""
