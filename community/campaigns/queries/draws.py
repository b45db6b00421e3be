"""The draw of a campaign, as far as it has come: committed to, sealed, drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import orjson

from community import database
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.rules.draw import FORMAT, Disqualified, Line, List, Won, in_order, winners
from community.campaigns.rules.plan import Tickets

COLUMNS = (
    "campaign_id, commitment, committed_at, entries::text as entries, prizes::text as prizes, list_hash, sealed_at,"
    " case when drawn_at is not null then seed end as seed, beacon_value, drawn_at, disqualified::text as disqualified"
)
"""The seed is read only once it is revealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawView:
    """A draw. `sealed` and what follows is None until the list is sealed, `seed` until the prizes are drawn."""

    campaign_id: UUID
    commitment: str
    committed_at: datetime
    sealed: List | None
    list_hash: str | None
    sealed_at: datetime | None
    seed: bytes | None
    beacon_value: str | None
    drawn_at: datetime | None
    disqualified: list[Disqualified]

    @classmethod
    def of(cls, campaign: CampaignView, row: Mapping[str, Any]) -> Self:
        """The draw in a row of `COLUMNS`."""
        own = {name: row[name] for name in cls.__slots__ if name not in ("sealed", "disqualified")}
        return cls(**own, sealed=_list(campaign, row), disqualified=_disqualified(row["disqualified"]))

    @property
    def won(self) -> list[Won]:
        """Who holds which prize; nobody before the draw."""
        if self.sealed is None or self.seed is None:
            return []
        order = in_order(self.sealed, self.seed, self.beacon_value)
        return winners(order, self.sealed.prizes, self.disqualified)

    def published(self) -> dict[str, Any]:
        """Everything that is public about it by now, as JSON: once drawn, all that is needed to recompute it."""
        sealed = self.sealed
        document: dict[str, Any] = {"format": FORMAT, "commitment": self.commitment}
        if sealed is not None:
            document |= {
                "campaign": sealed.campaign,
                "beacon": {"name": sealed.beacon, "value": self.beacon_value} if sealed.beacon else None,
                "tickets": sealed.tickets,
                "prizes": [{"count": count, "name": name} for count, name in sealed.prizes],
                "entries": [
                    {"entry": str(line.entry), "entrant": line.entrant, "weight": line.weight} for line in sealed.lines
                ],
                "listHash": self.list_hash,
            }
        if self.seed is not None:
            document |= {
                "seed": self.seed.hex(),
                "disqualified": [
                    {"entry": str(each.entry), "reason": each.reason, "afterDraw": each.after_draw}
                    for each in self.disqualified
                ],
                "winners": [{"prize": each.prize, "entry": str(each.line.entry)} for each in self.won],
            }
        return document


async def draws_of(campaigns: Sequence[CampaignView]) -> dict[UUID, DrawView]:
    """The draws of these campaigns, which the actor sees; drafts have none. One statement."""
    rows = await database.fetch(
        f"select {COLUMNS} from campaigns_draw where campaign_id = any($1)", [campaign.id for campaign in campaigns]
    )
    known = {campaign.id: campaign for campaign in campaigns}
    return {row["campaign_id"]: DrawView.of(known[row["campaign_id"]], row) for row in rows}


def _list(campaign: CampaignView, row: Mapping[str, Any]) -> List | None:
    if row["entries"] is None:
        return None
    return List(
        campaign=campaign.slug,
        commitment=row["commitment"],
        beacon=campaign.plan.beacon,
        tickets=tickets_of(campaign),
        prizes=tuple((count, name) for count, name in orjson.loads(row["prizes"])),
        lines=tuple(
            Line(entry=UUID(entry), entrant=entrant, weight=weight)
            for entry, entrant, weight in orjson.loads(row["entries"])
        ),
    )


def tickets_of(campaign: CampaignView) -> str:
    """Whether tickets belong to entries or to members."""
    return "member" if campaign.plan.tickets is Tickets.MEMBER else "entry"


def _disqualified(kept: str) -> list[Disqualified]:
    return [Disqualified(**{**each, "entry": UUID(each["entry"])}) for each in orjson.loads(kept)]
