"""Taking a campaign's turn: locked rows, and writing entries."""

from collections.abc import Sequence
from uuid import UUID

from community import database
from community.campaigns.queries.campaigns import COLUMNS as CAMPAIGN_COLUMNS
from community.campaigns.queries.campaigns import ROWS, CampaignView
from community.campaigns.queries.entries import COLUMNS, EntryView
from community.campaigns.rules.judging import Spent
from community.kernel.errors import NotFound


async def locked_campaign(campaign_id: UUID) -> CampaignView:
    """A campaign as it will stay until this transaction ends. Raises NotFound."""
    found = await locked_campaigns("c.id = $1", campaign_id)
    if not found:
        raise NotFound("Campaign")
    return found[0]


async def locked_campaigns(condition: str, *arguments: object) -> list[CampaignView]:
    """These campaigns, in the order of their ids, so that two who lock several cannot wait for each other."""
    # The lock comes first: what is read beside a row that had to be waited for would be older than the row.
    rows = await database.fetch(
        f"select c.id from campaigns_campaign c where {condition} order by c.id for no key update", *arguments
    )
    if not rows:
        return []
    found = await database.fetch(
        f"select {CAMPAIGN_COLUMNS} from {ROWS} where c.id = any($1) order by c.id", [row["id"] for row in rows]
    )
    return [CampaignView.of(row) for row in found]


async def locked_entries(condition: str, *arguments: object) -> list[EntryView]:
    """These entries, in the order of their ids. Their campaigns are locked before."""
    rows = await database.fetch(
        f"select {COLUMNS} from campaigns_entry e where {condition} order by e.id for no key update", *arguments
    )
    return [EntryView.of(row) for row in rows]


async def insert_entry(entry: EntryView, sketch: Sequence[int]) -> None:
    """A post's first judgement."""
    await database.execute(
        "insert into campaigns_entry (id, campaign_id, post_id, member_id, version, state, reason, note, written_at,"
        " decided_at, decided_by, round, reward, points, credits, gate_until, reactors, fingerprint, sketch)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        *(getattr(entry, name) for name in EntryView.__slots__),
        list(sketch),
    )


async def update_entry(entry: EntryView) -> None:
    """What can change about an entry."""
    await database.execute(
        "update campaigns_entry set version = $2, state = $3, reason = $4, note = $5, decided_at = $6, decided_by = $7,"
        " round = $8, reward = $9, points = $10, credits = $11, gate_until = $12, reactors = $13 where id = $1",
        entry.id,
        entry.version,
        entry.state,
        entry.reason,
        entry.note,
        entry.decided_at,
        entry.decided_by,
        entry.round,
        entry.reward,
        entry.points,
        entry.credits,
        entry.gate_until,
        entry.reactors,
    )


async def spend(campaign_id: UUID, change: Spent) -> None:
    """What the campaign has given becomes more, or less."""
    await database.execute(
        "update campaigns_campaign set points = points + $2, entries = entries + $3 where id = $1",
        campaign_id,
        change.points,
        change.entries,
    )
