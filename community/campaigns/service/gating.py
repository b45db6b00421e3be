"""Reactions to entries' posts: counted for leaderboards and tickets, and opening the gates of rewards that wait."""

from dataclasses import replace
from uuid import UUID

from community.access.policy import SYSTEM
from community.campaigns.queries.campaigns import campaigns_by_ids
from community.campaigns.rules.states import LISTENING
from community.campaigns.service.deciding import count_reactors
from community.campaigns.service.rewarding import release_if_reached
from community.campaigns.service.rows import locked_entries, update_entry
from community.database import transaction
from community.kernel import clock


@transaction()
async def count_reactions(post_id: UUID) -> None:
    """Somebody reacted to a post, or took that back. One statement where the post is in no campaign.

    What a gate has let through stays. Entries are locked without their campaigns: their budget does not change here.
    """
    entries = await locked_entries("e.post_id = $1 and e.state in ('pending', 'accepted')", post_id)
    if not entries:
        return
    now = clock.now()
    campaigns = await campaigns_by_ids(SYSTEM, [entry.campaign_id for entry in entries])
    for before, entry in zip(entries, await count_reactors(entries, now), strict=True):
        campaign = campaigns[entry.campaign_id]
        if campaign.state not in LISTENING:
            entry = replace(entry, reactors=before.reactors)
        after = await release_if_reached(campaign, entry, now)
        if after != before:
            await update_entry(after)
