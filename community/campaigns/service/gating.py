"""Reactions to entries' posts: counted for leaderboards and tickets, and opening the gates of rewards that wait."""

from collections.abc import Iterable
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
async def count_reactions(post_ids: Iterable[UUID]) -> None:
    """Somebody reacted to these posts, or took that back. One statement where they are in no campaign.

    What a gate has let through stays. Entries are locked without their campaigns: their budget does not change here.
    """
    locked = await locked_entries("e.post_id = any($1) and e.state in ('pending', 'accepted')", list(post_ids))
    if not locked:
        return
    # Opening a gate locks what its member has: members in one order, so that two who count cannot deadlock.
    entries = sorted(locked, key=lambda entry: entry.member_id)
    now = clock.now()
    campaigns = await campaigns_by_ids(SYSTEM, [entry.campaign_id for entry in entries])
    for before, entry in zip(entries, await count_reactors(entries, now), strict=True):
        campaign = campaigns[entry.campaign_id]
        if campaign.state not in LISTENING:
            entry = replace(entry, reactors=before.reactors)
        after = await release_if_reached(campaign, entry, now)
        if after != before:
            await update_entry(after)
