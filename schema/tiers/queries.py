"""The root fields that read the ladder and its rules."""

from typing import Annotated

import strawberry

from community.kernel import clock
from community.tiers import queries as tiers
from schema.context import Info
from schema.prices import PRICE, PRIVATE, Price
from schema.tiers.problems import InvalidTierProgramme
from schema.tiers.programmes import TierProgramme, TierProgrammeInput, TierSimulation
from schema.tiers.types import Tier

SimulateTiersResult = Annotated[
    TierSimulation | InvalidTierProgramme,
    strawberry.union("SimulateTiersResult", description="Who would move, or why these rules cannot be."),
]


@strawberry.type
class TierQueries:
    """The ladder for everybody, its rules for staff."""

    @strawberry.field(description="The ladder, from the bottom up.", metadata={PRICE: Price(items=4)})
    async def tiers(self) -> list[Tier]:
        return [Tier.of(tier) for tier in await tiers.ladder(clock.now())]

    @strawberry.field(
        description="Staff: every version of the rules, the last one first. Needs tiers.simulate.",
        metadata={PRIVATE: True},
    )
    async def tier_programmes(self, info: Info) -> list[TierProgramme]:
        return [TierProgramme.of(programme) for programme in await tiers.versions(info.context.actor)]

    @strawberry.field(
        description="Staff: who would move if these rules decided now. Needs tiers.simulate.",
        metadata={PRICE: Price(own=100), PRIVATE: True},
    )
    async def simulate_tiers(
        self,
        info: Info,
        programme: Annotated[TierProgrammeInput, strawberry.argument(description="The rules to try.")],
    ) -> SimulateTiersResult:
        draft = programme.programme()
        return TierSimulation.of(await tiers.simulate(info.context.actor, draft, clock.now()), draft)
