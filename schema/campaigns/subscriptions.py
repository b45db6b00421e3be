"""Entries as they are decided."""

from collections.abc import AsyncIterator
from contextlib import closing
from typing import TypeAlias

import strawberry

from community.access.policy import require_member
from community.campaigns import queries as campaigns
from community.campaigns.facts import (
    EntryAccepted,
    EntryRefused,
    EntryRewarded,
    EntryRewardLapsed,
    EntrySubmitted,
    EntryWithdrawn,
)
from community.outbox import service as outbox
from community.outbox.service import Live
from schema.campaigns.types import CampaignEntry
from schema.context import Info

AnyChange: TypeAlias = (
    EntrySubmitted | EntryAccepted | EntryRefused | EntryWithdrawn | EntryRewarded | EntryRewardLapsed
)


@strawberry.type
class CampaignSubscriptions:
    """What becomes of what you write, while you look."""

    @strawberry.subscription(
        description="Each of your entries when it enters, is refused, withdrawn or rewarded: a moment after you wrote a"
        " post with a campaign's hashtag, this tells whether it counts and what it earned."
    )
    async def entry_changed(self, info: Info) -> AsyncIterator[CampaignEntry]:
        member_id = require_member(info.context.actor)
        changes: Live[AnyChange] = outbox.live(
            EntrySubmitted,
            EntryAccepted,
            EntryRefused,
            EntryWithdrawn,
            EntryRewarded,
            EntryRewardLapsed,
            subject=member_id,
        )
        return _entries(info, changes)


async def _entries(info: Info, changes: Live[AnyChange]) -> AsyncIterator[CampaignEntry]:
    with closing(changes):
        async for fact in changes:
            for entry in (await campaigns.entries_by_ids(info.context.actor, [fact.entry_id])).values():
                yield CampaignEntry.of(entry)
