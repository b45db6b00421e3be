"""The draw of prizes, as far as it has come."""

from datetime import datetime
from typing import Self
from uuid import UUID

import orjson
import strawberry

from community.campaigns import queries as campaigns
from community.campaigns.queries import CampaignView, DrawView
from schema.campaigns.plans import CampaignPrize
from schema.campaigns.types.entries import YOURS, CampaignEntry
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import each_found
from schema.prices import PRICE, Price


@strawberry.type(description="Who holds a prize.")
class PrizeWinner:
    """One winner."""

    entry_id: strawberry.Private[UUID]
    prize: CampaignPrize = strawberry.field(description="The prize.")

    @level(description="The entry that won it; null where you may not see it any more.", metadata=YOURS)
    async def entry(parents: list["PrizeWinner"], info: Info) -> list[CampaignEntry | None]:
        found = await campaigns.entries_by_ids(info.context.actor, [parent.entry_id for parent in parents])
        return each_found(CampaignEntry.of, found, [p.entry_id for p in parents])


@strawberry.type(description="The draw of a campaign's prizes, as far as it has come. Anyone can recompute it.")
class PrizeDraw:
    """A draw."""

    view: strawberry.Private[DrawView]
    campaign: strawberry.Private[CampaignView]
    commitment: str = strawberry.field(description="The SHA-256 of the seed, published before the campaign opened.")
    committed_at: datetime = strawberry.field(description="When that was published.")
    list_hash: str | None = strawberry.field(description="The SHA-256 of the sealed list of entries; null before.")
    sealed_at: datetime | None = strawberry.field(description="When the list was sealed, some minutes after closing.")
    beacon: str | None = strawberry.field(description="The public number that decides with the seed, if any.")
    beacon_value: str | None = strawberry.field(description="What it was; null before the draw.")
    seed: str | None = strawberry.field(description="The seed in hexadecimal; null before the draw.")
    drawn_at: datetime | None = strawberry.field(description="When the prizes were drawn; nobody can draw again.")

    @classmethod
    def of(cls, campaign: CampaignView, draw: DrawView) -> Self:
        return cls(
            view=draw,
            campaign=campaign,
            commitment=draw.commitment,
            committed_at=draw.committed_at,
            list_hash=draw.list_hash,
            sealed_at=draw.sealed_at,
            beacon=campaign.plan.beacon,
            beacon_value=draw.beacon_value,
            seed=draw.seed.hex() if draw.seed else None,
            drawn_at=draw.drawn_at,
        )

    @strawberry.field(
        description="Who holds which prize, the first prize first; nobody before the draw.",
        metadata={PRICE: Price(own=5)},
    )
    def winners(self) -> list[PrizeWinner]:
        prizes = self.campaign.plan.prizes
        return [
            PrizeWinner(entry_id=won.line.entry, prize=CampaignPrize.of(prizes[won.prize])) for won in self.view.won
        ]

    @strawberry.field(
        description="All that is public by now, as a JSON document for `hourglass verify draw`: what was committed to,"
        " the sealed list, the seed, who was disqualified and who won.",
        metadata={PRICE: Price(own=5)},
    )
    def proof(self) -> str:
        return orjson.dumps(self.view.published()).decode()
