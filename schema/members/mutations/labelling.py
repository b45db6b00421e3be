"""The words by which staff find members again."""

from typing import Annotated

import strawberry

from community.members import service as members
from schema.context import Info
from schema.errors import UnforeseenProblem
from schema.members.mutations.payloads import MemberPayload
from schema.members.problems import InvalidLabel
from schema.members.types import Member
from schema.nodes import decode_id


@strawberry.input(description="Whom to mark with what.")
class LabelMemberInput:
    """A label."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    label: str = strawberry.field(description="A word of 1 to 40 small letters and digits, with single - or _ in it.")


@strawberry.type(description="The member is marked.")
class LabelMemberPayload(MemberPayload):
    """The member with the label."""


LabelMemberResult = Annotated[
    LabelMemberPayload | InvalidLabel,
    strawberry.union("LabelMemberResult", description="The marked member, or why not."),
]


@strawberry.input(description="From whom to take which mark.")
class UnlabelMemberInput:
    """A label that ends."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    label: str = strawberry.field(description="The label.")


@strawberry.type(description="The member is not marked with it.")
class UnlabelMemberPayload(MemberPayload):
    """The member without the label."""


UnlabelMemberResult = Annotated[
    UnlabelMemberPayload | UnforeseenProblem,
    strawberry.union("UnlabelMemberResult", description="The member without the label."),
]


@strawberry.type
class Labelling:
    """Labels."""

    @strawberry.mutation(description="Staff: mark a member with a word that members do not see. Needs members.label.")
    async def label_member(self, info: Info, input: LabelMemberInput) -> LabelMemberResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        return LabelMemberPayload(member=Member.of(await members.label(info.context.actor, member_id, input.label)))

    @strawberry.mutation(description="Staff: take a word from a member. Needs members.label.")
    async def unlabel_member(self, info: Info, input: UnlabelMemberInput) -> UnlabelMemberResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        return UnlabelMemberPayload(member=Member.of(await members.unlabel(info.context.actor, member_id, input.label)))
