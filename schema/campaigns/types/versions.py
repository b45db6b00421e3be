"""What a campaign said from when on."""

from datetime import datetime
from typing import Self

import orjson
import strawberry

from community.campaigns.queries import VersionView
from community.members import queries as members
from schema.context import Info
from schema.execution.levels import level
from schema.members.types import Member
from schema.nodes import each_found


@strawberry.type(description="What a campaign said from an instant on.")
class CampaignVersion:
    """A version, kept for ever."""

    view: strawberry.Private[VersionView]
    version: int = strawberry.field(description="Its number.")
    edited_at: datetime = strawberry.field(description="Since when it said so.")
    opens_at: datetime = strawberry.field(description="When it was to open.")
    closes_at: datetime = strawberry.field(description="When it was to close.")

    @classmethod
    def of(cls, version: VersionView) -> Self:
        return cls(
            view=version,
            version=version.version,
            edited_at=version.edited_at,
            opens_at=version.plan.opens_at,
            closes_at=version.plan.closes_at,
        )

    @strawberry.field(description="All of it, as JSON.")
    def plan(self) -> str:
        return orjson.dumps(self.view.plan.as_json()).decode()

    @level(description="Who wrote it; null when the clock did.")
    async def edited_by(parents: list["CampaignVersion"], info: Info) -> list[Member | None]:
        ids = [parent.view.edited_by for parent in parents]
        found = await members.by_ids(member_id for member_id in ids if member_id)
        return each_found(Member.of, found, ids)
