"""Members who came because of a campaign, for its results."""

from uuid import UUID

from community import database
from community.campaigns.rules.plan import is_slug
from community.database import transaction
from community.members import queries as members


@transaction()
async def note_join(member_id: UUID, slug: str) -> None:
    """Somebody joined who came through this campaign. One that nobody planned is not noted; again changes nothing."""
    member = await members.one(member_id) if is_slug(slug) else None
    if member is None:
        return
    await database.execute(
        "insert into campaigns_join (member_id, campaign_id, joined_at)"
        " select $1, id, $3 from campaigns_campaign where slug = $2 and state <> 'draft' on conflict do nothing",
        member_id,
        slug,
        member.joined_at,
    )
