"""Features, what opens them, and what members hold, as the graph shows it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self, TypeAlias
from uuid import UUID

import strawberry

from community.entitlements import queries as entitlements
from community.entitlements.queries import FeatureVersionView, GiftView, GrantView, Outcome
from community.entitlements.rules import catalogue as rules
from community.entitlements.rules.rights import Closing, Grant, Right, SourceKind
from community.kernel import clock
from community.members import queries as members
from community.tiers import queries as tiers
from schema.context import Info, text_in
from schema.entitlements import enums as enums
from schema.execution.levels import level
from schema.nodes import Node, each_found
from schema.prices import PRICE, Price
from schema.scalars import Long
from schema.tiers.types import Tier
from schema.views import Shown, shows

if TYPE_CHECKING:
    from schema.members.types import Member

FEATURE_KEY = "The key of the feature, or `<area>.<id>` for one single thing, such as an article that was paid for."

Somebody: TypeAlias = Annotated["Member", strawberry.lazy("schema.members.types")]


@strawberry.type(description="Reach a tier. The feature is open as long as the tier lasts.")
class TierOffer:
    """The way by tier."""

    key: strawberry.Private[str]

    @level(description="The lowest tier that opens the feature.")
    async def tier(parents: list["TierOffer"], info: Info) -> list[Tier]:
        ladder = {tier.key: Tier.of(tier) for tier in await tiers.ladder(clock.now())}
        return [ladder[parent.key] for parent in parents]


@strawberry.type(description="Buy a pass in the shop.")
class PassOffer:
    """The way by money."""

    sku: str = strawberry.field(description="What the shop calls it.")
    days: int = strawberry.field(description="For how many days it opens the feature.")
    amount: Long = strawberry.field(description="What it costs, in minor units of the currency.")
    currency: str = strawberry.field(description="The currency, by its ISO 4217 code.")


@strawberry.type(description="Pay with points, by `unlockFeature`.")
class PointsOffer:
    """The way by points."""

    points: Long = strawberry.field(description="How many points it takes.")
    days: int = strawberry.field(description="For how many days they open the feature.")


Offer = Annotated[TierOffer | PassOffer | PointsOffer, strawberry.union("Offer", description="A way to get a feature.")]


def offer_of(offer: entitlements.Offer) -> TierOffer | PassOffer | PointsOffer:
    """A way to a feature as the graph shows it."""
    if isinstance(offer, entitlements.TierOffer):
        return TierOffer(key=offer.tier)
    if isinstance(offer, entitlements.PassOffer):
        return PassOffer(sku=offer.sku, days=offer.days, amount=Long(offer.amount), currency=offer.currency)
    return PointsOffer(points=Long(offer.points), days=offer.days)


@shows
@strawberry.type(description="Something to use that is not open to everybody.")
class Feature(Node, Shown[rules.Feature]):
    """A feature of the catalogue."""

    key: str = strawberry.field(description="Its lasting name for programs, such as `articles.premium`.")

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = {feature.id: cls.of(feature) for feature in (await entitlements.catalogue()).features.values()}
        return [found.get(feature_id) for feature_id in ids]

    @strawberry.field(description="Its name for people, in the caller's language.")
    def name(self, info: Info) -> str:
        return text_in(info.context.locale, self.view.names)

    @strawberry.field(description="What it is, in the caller's language.")
    def description(self, info: Info) -> str:
        return text_in(info.context.locale, self.view.descriptions)

    @strawberry.field(
        description="The ways to get it; none where only staff give it.", metadata={PRICE: Price(items=3)}
    )
    def offers(self) -> list[Offer]:
        return [offer_of(offer) for offer in entitlements.ways_to(self.view)]

    @level(description="Whether you may use it now.")
    async def viewer_holds(parents: list["Feature"], info: Info) -> list[bool]:
        viewer, now = info.context.actor.member_id, clock.now()
        if viewer is None:
            return [False] * len(parents)
        rights = (await entitlements.rights_of([viewer], now))[viewer]
        return [rights.holds(parent.key, now) for parent in parents]


@strawberry.type(description="A feature as it was published once.")
class FeatureVersion:
    """One version."""

    version: int = strawberry.field(description="The version of the catalogue that it came with.")
    feature: Feature = strawberry.field(description="The feature as it was.")
    published_at: datetime = strawberry.field(description="When it was published.")

    @classmethod
    def of(cls, version: FeatureVersionView) -> Self:
        return cls(version=version.version, feature=Feature.of(version.feature), published_at=version.published_at)


@strawberry.type(description="What gives a right, and from when until when.")
class EntitlementSource:
    """One of the sources of a right."""

    kind: SourceKind = strawberry.field(description="What gives it.")
    key: str = strawberry.field(description="Which one: the tier, the line of an order, the event, the gift.")
    since: datetime | None = strawberry.field(description="From when on; null for a tier, which knows that itself.")
    until: datetime | None = strawberry.field(description="Before when; null when no end is known.")

    @classmethod
    def of(cls, grant: Grant) -> Self:
        return cls(kind=grant.source.kind, key=grant.source.key, since=grant.starts_at, until=grant.ends_at)


@strawberry.type(description="That somebody may use a feature.")
class Entitlement:
    """A right that is held now."""

    feature_key: str = strawberry.field(description=FEATURE_KEY)
    until: datetime | None = strawberry.field(
        description="Until when: the latest end of its sources and of those that follow without a gap; null when no end"
        " is known."
    )
    sources: list[EntitlementSource] = strawberry.field(
        description="Everything that gives it now; one is enough.", metadata={PRICE: Price(items=2)}
    )

    @classmethod
    def of(cls, right: Right) -> Self:
        sources = [EntitlementSource.of(grant) for grant in right.sources]
        return cls(feature_key=right.feature, until=right.ends_at, sources=sources)

    @level(description="What they may use; null for one single thing, which is not in the catalogue.")
    async def feature(parents: list["Entitlement"], info: Info) -> list[Feature | None]:
        return await _features([parent.feature_key for parent in parents])


@strawberry.type(description="That a source gives a feature, or gave it once.")
class EntitlementGrant(Node):
    """A line of history. It changes once, when it is closed."""

    feature_key: str = strawberry.field(description=FEATURE_KEY)
    source: EntitlementSource = strawberry.field(description="The source with its time.")
    reason: str | None = strawberry.field(description="Why, in the words of whoever gave it.")
    granted_at: datetime = strawberry.field(description="When it was given.")
    closed_at: datetime | None = strawberry.field(description="When it was closed; null while it is open.")
    closing: Closing | None = strawberry.field(description="Why it was closed; null while it is open.")
    closing_reason: str | None = strawberry.field(description="What whoever took it said about it.")

    @classmethod
    def of(cls, grant: GrantView) -> Self:
        return cls(
            uuid=grant.id,
            feature_key=grant.feature,
            source=EntitlementSource.of(grant.grant),
            reason=grant.reason,
            granted_at=grant.granted_at,
            closed_at=grant.closed_at,
            closing=grant.closing,
            closing_reason=grant.closing_reason,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await entitlements.grants_by_ids(info.context.actor, ids)
        return each_found(cls.of, found, ids)

    @level(description="What it gives; null for one single thing, which is not in the catalogue.")
    async def feature(parents: list["EntitlementGrant"], info: Info) -> list[Feature | None]:
        return await _features([parent.feature_key for parent in parents])


@strawberry.type(description="A feature that somebody gives to a member for some days.")
class Gift(Node):
    """A gift, as its sender and its recipient see it."""

    view: strawberry.Private[GiftView]
    feature_key: str = strawberry.field(description=FEATURE_KEY)
    days: int = strawberry.field(
        description="For how many days, once it is accepted and what was given before is used up."
    )
    points: Long | None = strawberry.field(description="What its sender paid; null where staff presented it.")
    message: str = strawberry.field(description="What the sender says, plain text.")
    sent_at: datetime = strawberry.field(description="When it was sent.")
    answer_by: datetime | None = strawberry.field(
        description="Until when it can be accepted; null where staff presented it."
    )
    outcome: Outcome | None = strawberry.field(description="What became of it; null while it waits for an answer.")
    settled_at: datetime | None = strawberry.field(description="When that was.")

    @classmethod
    def of(cls, gift: GiftView) -> Self:
        return cls(
            uuid=gift.id,
            view=gift,
            feature_key=gift.feature,
            days=gift.days,
            points=Long(gift.points) if gift.points is not None else None,
            message=gift.message,
            sent_at=gift.sent_at,
            answer_by=gift.answer_by,
            outcome=gift.outcome,
            settled_at=gift.settled_at,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await entitlements.gifts_by_ids(info.context.actor, ids)
        return each_found(cls.of, found, ids)

    @level(description="What is given; null for one single thing, which is not in the catalogue.")
    async def feature(parents: list["Gift"], info: Info) -> list[Feature | None]:
        return await _features([parent.feature_key for parent in parents])

    @level(description="Who gives it; null for the company.")
    async def sender(parents: list["Gift"], info: Info) -> list[Somebody | None]:
        return await _members([parent.view.sender_id for parent in parents])

    @level(description="Who gets it.")
    async def recipient(parents: list["Gift"], info: Info) -> list[Somebody | None]:
        return await _members([parent.view.recipient_id for parent in parents])


async def _features(keys: Sequence[str]) -> list[Feature | None]:
    found = (await entitlements.catalogue()).features
    return each_found(Feature.of, found, keys)


async def _members(ids: Sequence[UUID | None]) -> list["Member | None"]:
    from schema.members.types import Member

    found = await members.by_ids([each for each in ids if each])
    return each_found(Member.of, found, ids)
