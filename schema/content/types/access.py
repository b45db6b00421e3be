"""Whether somebody may see something, why, and what would help."""

from datetime import datetime
from typing import Self

import strawberry

from community.content.rules import access as rules
from community.content.rules.access import OfferKind, Reason, Visibility
from schema.prices import PRICE, PRIVATE, Price
from schema.scalars import Long
from schema.views import Shown, shows

SEEN = {PRIVATE: True}
"""What a reader may see depends on who they are."""


@shows
@strawberry.type(description="Whom something asks for.")
class ContentRequirement(Shown[rules.Requirement]):
    """A requirement, with the one value that belongs to its visibility."""

    visibility: Visibility = strawberry.field(description="Whom it asks for.")
    tier: str | None = strawberry.field(description="The key of the tier, where it asks for one or a higher one.")
    feature: str | None = strawberry.field(description="The key of the feature, where it asks for one.")
    points: Long | None = strawberry.field(description="The price, where it costs points.")


@strawberry.type(description="One way to open something.")
class AccessOffer:
    """An offer, with the value that belongs to its kind."""

    kind: OfferKind = strawberry.field(description="What to do.")
    tier: str | None = strawberry.field(description="The key of the tier to reach.")
    feature: str | None = strawberry.field(description="The key of the feature to get; `feature` tells the ways to it.")
    points: Long | None = strawberry.field(description="The points to spend, with `unlockContent`.")
    at: datetime | None = strawberry.field(description="The instant to wait for.")

    @classmethod
    def of(cls, offer: rules.Offer) -> Self:
        return cls(
            kind=offer.kind,
            tier=offer.tier,
            feature=offer.feature if offer.kind is OfferKind.GET_FEATURE else None,
            points=Long(offer.points) if offer.points is not None else None,
            at=offer.at,
        )


@strawberry.type(description="Whether you may see something, why, and what would help.")
class ContentAccess:
    """The answer of the one function that decides."""

    granted: bool = strawberry.field(description="Whether you may see it now.")
    reason: Reason = strawberry.field(description="Why, or why not.")
    requires: ContentRequirement = strawberry.field(description="Whom it asks for.", metadata={PRICE: Price(own=0)})
    unlocks_at: datetime | None = strawberry.field(
        description="When time alone opens it to you, for a countdown; null where it does not."
    )
    ends_at: datetime | None = strawberry.field(description="When it closes for you again; null where it does not.")
    offers: list[AccessOffer] = strawberry.field(
        description="What would open it, the nearest first.", metadata={PRICE: Price(own=0, items=2)}
    )

    @classmethod
    def of(cls, access: rules.Access) -> Self:
        return cls(
            granted=access.granted,
            reason=access.reason,
            requires=ContentRequirement.of(access.requires),
            unlocks_at=access.unlocks_at,
            ends_at=access.ends_at,
            offers=[AccessOffer.of(offer) for offer in access.offers],
        )


@shows
@strawberry.type(description="A time from which, and perhaps until which, an audience may see an item.")
class AccessWindow(Shown[rules.Window]):
    """One of the ordered windows."""

    tier: str | None = strawberry.field(description="The key of the tier from which on it is open; null for everybody.")
    opens_at: datetime = strawberry.field(description="When it opens.")
    closes_at: datetime | None = strawberry.field(description="When it closes; null where it stays open.")
