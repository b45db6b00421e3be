"""The list of entries that a draw is made from: completed once, after closing, and published by its hash."""

from datetime import datetime

import orjson

from community import database
from community.campaigns import facts
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.queries.draws import tickets_of
from community.campaigns.rules import draw
from community.campaigns.rules.draw import Line, List
from community.campaigns.rules.plan import Tickets
from community.outbox import service as outbox


async def seal(campaign: CampaignView, now: datetime) -> None:
    """Everything that stands, what waits for staff included, goes into the list. The campaign is locked."""
    commitment: str = await database.fetch_value(
        "select commitment from campaigns_draw where campaign_id = $1", campaign.id
    )
    rows = await database.fetch(
        "select id, member_id, reactors from campaigns_entry"
        " where campaign_id = $1 and state in ('pending', 'accepted') order by id",
        campaign.id,
    )
    by_reactions = campaign.plan.tickets is Tickets.REACTIONS
    sealed = List.of(
        campaign=campaign.slug,
        commitment=commitment,
        beacon=campaign.plan.beacon,
        tickets=tickets_of(campaign),
        prizes=tuple((prize.count, prize.name["en"]) for prize in campaign.plan.prizes),
        lines=[
            Line(
                entry=row["id"],
                entrant=draw.entrant_of(campaign.id, row["member_id"]),
                weight=min(1 + row["reactors"], draw.MAX_WEIGHT) if by_reactions else 1,
            )
            for row in rows
        ],
    )
    await database.execute(
        "update campaigns_draw set entries = $2::text::jsonb, prizes = $3::text::jsonb, list_hash = $4, sealed_at = $5"
        " where campaign_id = $1",
        campaign.id,
        orjson.dumps([(str(line.entry), line.entrant, line.weight) for line in sealed.lines]).decode(),
        orjson.dumps(sealed.prizes).decode(),
        sealed.hash,
        now,
    )
    await outbox.record(facts.CampaignSealed(campaign_id=campaign.id, list_hash=sealed.hash, entries=len(sealed.lines)))
