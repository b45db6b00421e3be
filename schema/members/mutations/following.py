"""What members are to each other."""

from typing import Annotated

import strawberry

from community.members import service as members
from schema.context import Info
from schema.members.mutations.payloads import MemberPayload
from schema.members.problems import CannotTargetSelf, MemberBlocksYou
from schema.members.types import Member
from schema.nodes import decode_id


@strawberry.input(description="Whom to follow.")
class FollowMemberInput:
    """Somebody else."""

    member_id: strawberry.ID = strawberry.field(description="The other member's id.")


@strawberry.type(description="You follow the member.")
class FollowMemberPayload(MemberPayload):
    """The followed member."""


FollowMemberResult = Annotated[
    FollowMemberPayload | CannotTargetSelf | MemberBlocksYou,
    strawberry.union("FollowMemberResult", description="The followed member, or why not."),
]


@strawberry.input(description="Whom to stop following.")
class UnfollowMemberInput:
    """Somebody else."""

    member_id: strawberry.ID = strawberry.field(description="The other member's id.")


@strawberry.type(description="You do not follow the member any more.")
class UnfollowMemberPayload(MemberPayload):
    """The member followed no more."""


UnfollowMemberResult = Annotated[
    UnfollowMemberPayload | CannotTargetSelf,
    strawberry.union("UnfollowMemberResult", description="The member followed no more, or why not."),
]


@strawberry.input(description="Whom to block.")
class BlockMemberInput:
    """Somebody else."""

    member_id: strawberry.ID = strawberry.field(description="The other member's id.")


@strawberry.type(description="You and the member do not meet any more.")
class BlockMemberPayload(MemberPayload):
    """The blocked member."""


BlockMemberResult = Annotated[
    BlockMemberPayload | CannotTargetSelf,
    strawberry.union("BlockMemberResult", description="The blocked member, or why not."),
]


@strawberry.input(description="Whom to unblock.")
class UnblockMemberInput:
    """Somebody else."""

    member_id: strawberry.ID = strawberry.field(description="The other member's id.")


@strawberry.type(description="You may meet the member again.")
class UnblockMemberPayload(MemberPayload):
    """The unblocked member."""


UnblockMemberResult = Annotated[
    UnblockMemberPayload | CannotTargetSelf,
    strawberry.union("UnblockMemberResult", description="The unblocked member, or why not."),
]


@strawberry.type
class Following:
    """Follows and blocks."""

    @strawberry.mutation(description="Follow a member.")
    async def follow_member(self, info: Info, input: FollowMemberInput) -> FollowMemberResult:
        member = await members.follow(info.context.actor, decode_id(input.member_id, Member, "memberId"))
        return FollowMemberPayload(member=Member.of(member))

    @strawberry.mutation(description="Stop following a member.")
    async def unfollow_member(self, info: Info, input: UnfollowMemberInput) -> UnfollowMemberResult:
        member = await members.unfollow(info.context.actor, decode_id(input.member_id, Member, "memberId"))
        return UnfollowMemberPayload(member=Member.of(member))

    @strawberry.mutation(description="Block a member: you do not meet in feeds, and neither follows the other.")
    async def block_member(self, info: Info, input: BlockMemberInput) -> BlockMemberResult:
        member = await members.block(info.context.actor, decode_id(input.member_id, Member, "memberId"))
        return BlockMemberPayload(member=Member.of(member))

    @strawberry.mutation(description="Unblock a member.")
    async def unblock_member(self, info: Info, input: UnblockMemberInput) -> UnblockMemberResult:
        member = await members.unblock(info.context.actor, decode_id(input.member_id, Member, "memberId"))
        return UnblockMemberPayload(member=Member.of(member))
