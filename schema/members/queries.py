"""The root fields that read members."""

from typing import Annotated

import strawberry

from community.members import queries as members
from schema.context import Info
from schema.lookahead import selected
from schema.members.types import Member, Viewer
from schema.prices import PRIVATE


@strawberry.type
class MemberQueries:
    """You, and anybody by their handle."""

    @strawberry.field(description="You; null when nobody is signed in.", metadata={PRIVATE: True})
    async def viewer(self, info: Info) -> Viewer | None:
        member_id = info.context.actor.member_id
        if member_id is None:
            return None
        along = members.along(*Viewer.wanted(info.context.actor, member_id, selected(info)))
        member = await members.one(member_id, along)
        return Viewer.of(member, along) if member else None

    @strawberry.field(description="The member with this handle, or null.")
    async def member(
        self,
        info: Info,
        handle: Annotated[str, strawberry.argument(description="The handle, without the @, in any case.")],
    ) -> Member | None:
        along = members.along(*Member.wanted(info.context.actor, selected(info)))
        member = await members.by_handle(handle, along)
        return Member.of(member, along) if member else None
