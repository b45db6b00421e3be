"""Posts in a campaign."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from community.campaigns import queries as campaigns
from community.campaigns.queries import EntryView, RewardState
from community.campaigns.rules.judging import EntryState, Reason
from community.kernel.messages import translate
from community.members import queries as members
from schema.context import Info
from schema.execution.levels import level
from schema.members.types import Member
from schema.nodes import Node, each_found
from schema.posts.types import Post
from schema.prices import PRIVATE
from schema.scalars import Long

if TYPE_CHECKING:
    from schema.campaigns.types.campaigns import Campaign

YOURS = {PRIVATE: True}


@strawberry.type(description="Why a post does not count, or would not.")
class EntryRefusal:
    """A reason, for programs and for people."""

    reason: Reason = strawberry.field(description="The reason.")
    message: str = strawberry.field(description="The same in the caller's language.")
    until: datetime | None = strawberry.field(description="When to try again; null when that would not help.")

    @classmethod
    def of(cls, reason: Reason, locale: str, until: datetime | None = None) -> Self:
        return cls(reason=reason, message=translate(reason.meaning, locale), until=until)


@strawberry.type(description="A post in a campaign.")
class CampaignEntry(Node):
    """An entry. Those that count are public; others are seen by their authors and by staff."""

    view: strawberry.Private[EntryView]
    state: EntryState = strawberry.field(description="Where it stands.")
    note: str | None = strawberry.field(description="What staff wrote about it.", metadata=YOURS)
    written_at: datetime = strawberry.field(description="When its post was written.")
    decided_at: datetime = strawberry.field(description="When it came to stand there.")
    reactor_count: int = strawberry.field(description="How many others reacted. Follows by a moment.")

    @classmethod
    def of(cls, entry: EntryView) -> Self:
        return cls(
            uuid=entry.id,
            view=entry,
            state=entry.state,
            note=entry.note,
            written_at=entry.written_at,
            decided_at=entry.decided_at,
            reactor_count=entry.reactors,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await campaigns.entries_by_ids(info.context.actor, ids)
        return each_found(cls.of, found, ids)

    @strawberry.field(description="Why it does not count; null when it does or waits.", metadata=YOURS)
    def refusal(self, info: Info) -> EntryRefusal | None:
        reason = self.view.reason
        return EntryRefusal.of(reason, info.context.locale) if reason else None

    @strawberry.field(
        description="What became of its reward; null unless it is yours or you review entries.", metadata=YOURS
    )
    def reward(self, info: Info) -> RewardState | None:
        return self.view.reward if campaigns.can_read_reward(info.context.actor, self.view) else None

    @strawberry.field(
        description="The points of its reward; of one that was taken back, what had been spent. Null unless it is"
        " yours or you review entries.",
        metadata=YOURS,
    )
    def points(self, info: Info) -> Long | None:
        return Long(self.view.points) if campaigns.can_read_reward(info.context.actor, self.view) else None

    @strawberry.field(
        description="The status credits of its reward; null unless it is yours or you review entries.", metadata=YOURS
    )
    def credits(self, info: Info) -> Long | None:
        return Long(self.view.credits) if campaigns.can_read_reward(info.context.actor, self.view) else None

    @strawberry.field(description="Until when a reward waits for reactions; null when it does not.", metadata=YOURS)
    def waits_until(self, info: Info) -> datetime | None:
        is_yours = campaigns.can_read_reward(info.context.actor, self.view)
        return self.view.gate_until if is_yours and self.view.reward is RewardState.WAITING else None

    @level(description="The campaign.", metadata=YOURS)
    async def campaign(
        parents: list["CampaignEntry"], info: Info
    ) -> list[Annotated["Campaign", strawberry.lazy("schema.campaigns.types.campaigns")] | None]:
        from schema.campaigns.types.campaigns import Campaign

        found = await campaigns.campaigns_by_ids(info.context.actor, [entry.view.campaign_id for entry in parents])
        return each_found(Campaign.of, found, [e.view.campaign_id for e in parents])

    @level(description="The post; null where you may not see it.", metadata=YOURS)
    async def post(parents: list["CampaignEntry"], info: Info) -> list[Post | None]:
        return await Post.visible([entry.view.post_id for entry in parents], info)

    @level(description="Who wrote it.")
    async def member(parents: list["CampaignEntry"], info: Info) -> list[Member]:
        ids = [entry.view.member_id for entry in parents]
        return Member.each(await members.by_ids(ids), ids)


@strawberry.input(description="Which entries. What is left out is left open.")
class EntryFilter:
    """A filter of entries."""

    states: list[EntryState] | None = strawberry.field(default=None, description="Only those that stand there.")
    reasons: list[Reason] | None = strawberry.field(default=None, description="Only those refused for this.")
