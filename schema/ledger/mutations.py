"""What staff can do with the ledger."""

from typing import Annotated

import strawberry

from community.ledger import service as ledger
from community.ledger.rules.transfers import Currency
from community.members import queries as members
from schema.context import Info
from schema.errors import InvalidReason
from schema.idempotency.problems import KeyProblem
from schema.ledger.problems import InsufficientPoints, InvalidAmount
from schema.members.problems import CannotTargetSelf
from schema.members.types import Member
from schema.nodes import decode_id
from schema.scalars import Long


@strawberry.input(description="A correction of what a member has.")
class AdjustPointsInput:
    """How much of what, for whom and why."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    currency: Currency = strawberry.field(default=Currency.POINTS, description="What to correct; points by default.")
    amount: Long = strawberry.field(description="How much to give; below zero, how much to take.")
    reason: str = strawberry.field(description="Why, in words the member will read; 1 to 500 characters.")
    idempotency_key: str = strawberry.field(
        description="A key of your choice; the same key again gives the first result and changes nothing."
    )


@strawberry.type(description="The balance is corrected.")
class AdjustPointsPayload:
    """The member, with the balance as it is now."""

    member: Member = strawberry.field(description="The member, after the correction.")


AdjustPointsResult = Annotated[
    AdjustPointsPayload | InsufficientPoints | InvalidAmount | InvalidReason | CannotTargetSelf | KeyProblem,
    strawberry.union("AdjustPointsResult", description="The corrected balance, or why not."),
]


@strawberry.type
class LedgerMutations:
    """Corrections by hand. Everything else reaches the ledger through what members do."""

    @strawberry.mutation(description="Staff: give or take points or credits by hand. Needs ledger.adjust.")
    async def adjust_points(self, info: Info, input: AdjustPointsInput) -> AdjustPointsResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        await ledger.adjust(
            info.context.actor,
            member_id,
            input.currency,
            input.amount,
            reason=input.reason,
            idempotency_key=input.idempotency_key,
        )
        return AdjustPointsPayload(member=Member.each(await members.by_ids([member_id]), [member_id])[0])
