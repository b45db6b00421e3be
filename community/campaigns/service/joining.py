"""Members who came because of a campaign, for its results."""

from datetime import datetime
from uuid import UUID

from community import database
from community.database import transaction


@transaction()
async def note_join(member_id: UUID, slug: str, joined_at: datetime) -> None:
    """Somebody joined who came through this campaign. One that nobody planned is not noted; again changes nothing."""
    await database.execute(
        "insert into campaigns_join (member_id, campaign_id, joined_at)"
        " select $1, id, $3 from campaigns_campaign where slug = $2 on conflict do nothing",
        member_id,
        slug,
        joined_at,
    )
