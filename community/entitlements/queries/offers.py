"""The ways to get a feature: reach a tier, buy a pass, pay with points."""

from dataclasses import dataclass
from typing import TypeAlias

from community.entitlements.rules.catalogue import Feature
from community.settings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class TierOffer:
    """Reach this tier, or one above it. It lasts as long as the tier."""

    feature: str
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOffer:
    """Buy this article of the shop; `amount` is in minor units of the programme's currency."""

    feature: str
    sku: str
    days: int
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsOffer:
    """Pay so many points with `unlock`."""

    feature: str
    points: int
    days: int


Offer: TypeAlias = TierOffer | PassOffer | PointsOffer


def ways_to(feature: Feature) -> list[Offer]:
    """The ways to a feature: its tier, passes from the cheapest on, points. Empty where there is none."""
    currency = settings().currency
    ways: list[Offer] = [TierOffer(feature=feature.key, tier=feature.tier)] if feature.tier else []
    ways += [
        PassOffer(feature=feature.key, sku=each.sku, days=each.days, amount=each.amount, currency=currency)
        for each in sorted(feature.passes, key=lambda each: (each.amount, each.sku))
    ]
    if price := feature.points:
        ways.append(PointsOffer(feature=feature.key, points=price.points, days=price.days))
    return ways
