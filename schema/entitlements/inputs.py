"""A feature as staff draft it."""

import strawberry

from community.entitlements.rules import catalogue as rules
from schema.scalars import Long
from schema.tiers.programmes import LocalizedTextInput


@strawberry.input(description="An article of the shop that opens a feature.")
class PassInput:
    """A pass."""

    sku: str = strawberry.field(description="What the shop calls it; 1 to 64 characters, and no other pass has it.")
    days: int = strawberry.field(description="For how many days.")
    amount: Long = strawberry.field(description="What it costs, in minor units of the programme's currency.")


@strawberry.input(description="What a feature costs in points.")
class PointsPriceInput:
    """A price in points."""

    points: Long = strawberry.field(description="How many points.")
    days: int = strawberry.field(description="For how many days.")


@strawberry.input(description="A feature, and what opens it from now on. Without any way only staff give it.")
class FeatureInput:
    """A draft."""

    key: str = strawberry.field(description="Its lasting name for programs: words of a-z, 0-9 and _ with dots between.")
    name: LocalizedTextInput = strawberry.field(description="Its name for people; 1 to 60 characters.")
    description: LocalizedTextInput = strawberry.field(description="What it is; 1 to 500 characters.")
    tier: str | None = strawberry.field(default=None, description="The key of the lowest tier that opens it.")
    passes: list[PassInput] = strawberry.field(default_factory=list, description="What can be bought for it.")
    points: PointsPriceInput | None = strawberry.field(default=None, description="What it costs in points.")

    def feature(self) -> rules.Feature:
        """The feature it describes."""
        points = self.points
        return rules.Feature(
            key=self.key,
            names=self.name.text(),
            descriptions=self.description.text(),
            tier=self.tier,
            passes=tuple(rules.Pass(sku=each.sku, days=each.days, amount=each.amount) for each in self.passes),
            points=rules.PointsPrice(points=points.points, days=points.days) if points else None,
        )
