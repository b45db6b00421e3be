"""Leaderboards."""

from datetime import datetime
from uuid import UUID

import strawberry

from community.campaigns.queries import LeaderView
from community.members import queries as members
from schema.context import Info
from schema.execution.levels import level
from schema.members.types import Member
from schema.scalars import Long
from schema.views import Shown, shows


@shows
@strawberry.type(description="A member's place on a campaign's leaderboard.")
class CampaignLeader(Shown[LeaderView]):
    """One place."""

    member_id: strawberry.Private[UUID]
    rank: int = strawberry.field(description="The place, from 1. Of equal scores, who reached it earlier is ahead.")
    score: Long = strawberry.field(description="What the leaderboard counts.")
    entries: int = strawberry.field(description="How many entries that count.")
    reached_at: datetime = strawberry.field(description="When they wrote the last of these.")

    @level(description="Who it is.")
    async def member(parents: list["CampaignLeader"], info: Info) -> list[Member]:
        ids = [parent.member_id for parent in parents]
        return Member.each(await members.by_ids(ids), ids)


@strawberry.type(description="One of the weeks that a leaderboard counts.")
class CampaignWeek:
    """A week, cut by the campaign's window."""

    number: int = strawberry.field(description="Its number, from 1.")
    starts_at: datetime = strawberry.field(description="When it begins.")
    ends_at: datetime = strawberry.field(description="When it ends.")
