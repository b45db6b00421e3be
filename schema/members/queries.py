"""The root fields that read members."""

from functools import lru_cache
from typing import Annotated

import strawberry

from community.kernel.along import Company
from community.members import queries as members
from schema.along import REMEMBERED, companions, read_along
from schema.context import Info
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
        own = read_along(info, _company_of_viewer)
        member = await members.one(member_id, own)
        return Viewer.of(member, own) if member else None

    @strawberry.field(description="The member with this handle, or null.")
    async def member(
        self,
        info: Info,
        handle: Annotated[str, strawberry.argument(description="The handle, without the @, in any case.")],
    ) -> Member | None:
        theirs = read_along(info, _company_of_member)
        member = await members.by_handle(handle, theirs)
        return Member.of(member, theirs) if member else None


@lru_cache(REMEMBERED)
def _company_of_viewer(asked: frozenset[str], viewed: bool) -> Company:
    return members.company([*companions(Viewer, asked, viewed), *companions(Member, asked, viewed, "member.")])


@lru_cache(REMEMBERED)
def _company_of_member(asked: frozenset[str], viewed: bool) -> Company:
    return members.company(companions(Member, asked, viewed))
