"""What staff take from members, and give back."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.members import service as members
from community.members.rules import Ability
from schema.context import Info
from schema.errors import InvalidReason
from schema.members.mutations.payloads import MemberPayload
from schema.members.problems import CannotTargetSelf, InvalidRestriction
from schema.members.types import Member, Restriction
from schema.nodes import decode_id


@strawberry.input(description="Which ability to take from whom, why and until when.")
class RestrictMemberInput:
    """A restriction."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    ability: Ability = strawberry.field(description="What they shall not do.")
    reason: str = strawberry.field(description="Why, in words the member will read; 1 to 500 characters.")
    ends_at: datetime | None = strawberry.field(default=None, description="Until when; without it, until restored.")


@strawberry.type(description="The ability is taken.")
class RestrictMemberPayload(MemberPayload):
    """The restricted member."""

    restriction: Restriction = strawberry.field(description="What was taken.")


RestrictMemberResult = Annotated[
    RestrictMemberPayload | InvalidReason | InvalidRestriction | CannotTargetSelf,
    strawberry.union("RestrictMemberResult", description="The restriction, or why not."),
]


@strawberry.input(description="Which ability to give back to whom.")
class RestoreMemberInput:
    """A restriction that ends early."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    ability: Ability = strawberry.field(description="What they may do again.")


@strawberry.type(description="The ability is given back.")
class RestoreMemberPayload(MemberPayload):
    """The restored member."""


RestoreMemberResult = Annotated[
    RestoreMemberPayload | CannotTargetSelf,
    strawberry.union("RestoreMemberResult", description="The restored member, or why not."),
]


@strawberry.type
class Abilities:
    """What members may do."""

    @strawberry.mutation(description="Staff: take an ability from a member. Needs members.restrict.")
    async def restrict_member(self, info: Info, input: RestrictMemberInput) -> RestrictMemberResult:
        member, restriction = await members.restrict(
            info.context.actor,
            decode_id(input.member_id, Member, "memberId"),
            input.ability,
            reason=input.reason,
            ends_at=input.ends_at,
        )
        return RestrictMemberPayload(member=Member.of(member), restriction=Restriction.of(restriction))

    @strawberry.mutation(description="Staff: give an ability back. Needs members.restrict.")
    async def restore_member(self, info: Info, input: RestoreMemberInput) -> RestoreMemberResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        member = await members.restore(info.context.actor, member_id, input.ability)
        return RestoreMemberPayload(member=Member.of(member))
