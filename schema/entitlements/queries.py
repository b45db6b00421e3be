"""The root fields that read the catalogue of features."""

from typing import Annotated

import strawberry

from community.entitlements import queries as entitlements
from schema.context import Info
from schema.entitlements.types import Feature, FeatureVersion
from schema.prices import PRICE, PRIVATE, Price


@strawberry.type
class EntitlementQueries:
    """What can be opened, and how."""

    @strawberry.field(description="Everything that is not open to everybody, by key.", metadata={PRICE: Price(items=5)})
    async def features(self) -> list[Feature]:
        found = (await entitlements.catalogue()).features
        return [Feature.of(found[key]) for key in sorted(found)]

    @strawberry.field(
        description="Staff: every version of a feature, the last one first. Needs entitlements.publish.",
        metadata={PRIVATE: True},
    )
    async def feature_versions(
        self, info: Info, feature: Annotated[str, strawberry.argument(description="The key of the feature.")]
    ) -> list[FeatureVersion]:
        return [FeatureVersion.of(each) for each in await entitlements.versions_of(info.context.actor, feature)]
