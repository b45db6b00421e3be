"""How partners stand: suspended, reinstated, closed."""

from typing import Annotated

import strawberry

from community.partners import service as partners
from schema.context import Info
from schema.errors import InvalidReason
from schema.nodes import decode_id
from schema.partners.problems import PartnerNotActive
from schema.partners.types import Partner


@strawberry.input(description="Which partner earns nothing for now.")
class SuspendPartnerInput:
    """A partner and why."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters; kept, and shown to staff alone.")


@strawberry.type(description="The partner earns nothing for now.")
class SuspendPartnerPayload:
    """The partner earns nothing for now."""

    partner: Partner = strawberry.field(description="The partner as it is now.")


SuspendPartnerResult = Annotated[
    SuspendPartnerPayload | InvalidReason | PartnerNotActive,
    strawberry.union("SuspendPartnerResult", description="The partner, or why not."),
]


@strawberry.input(description="Which partner earns again.")
class ReinstatePartnerInput:
    """A partner and why."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters; kept, and shown to staff alone.")


@strawberry.type(description="The partner earns again.")
class ReinstatePartnerPayload:
    """The partner earns again."""

    partner: Partner = strawberry.field(description="The partner as it is now.")


ReinstatePartnerResult = Annotated[
    ReinstatePartnerPayload | InvalidReason | PartnerNotActive,
    strawberry.union("ReinstatePartnerResult", description="The partner, or why not."),
]


@strawberry.input(description="Which partner leaves for good.")
class ClosePartnerInput:
    """A partner and why."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters; kept, and shown to staff alone.")


@strawberry.type(description="The partner has left.")
class ClosePartnerPayload:
    """The partner has left."""

    partner: Partner = strawberry.field(description="The partner as it is now.")


ClosePartnerResult = Annotated[
    ClosePartnerPayload | InvalidReason | PartnerNotActive,
    strawberry.union("ClosePartnerResult", description="The partner, or why not."),
]


@strawberry.type
class Standings:
    """How partners stand."""

    @strawberry.mutation(
        description="Staff: a partner earns and changes nothing for now; it still reads. Needs partners.manage."
    )
    async def suspend_partner(self, info: Info, input: SuspendPartnerInput) -> SuspendPartnerResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        changed = await partners.suspend(info.context.actor, partner_id, reason=input.reason)
        return SuspendPartnerPayload(partner=Partner.of(changed))

    @strawberry.mutation(description="Staff: a suspended partner earns again. Needs partners.manage.")
    async def reinstate_partner(self, info: Info, input: ReinstatePartnerInput) -> ReinstatePartnerResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        changed = await partners.reinstate(info.context.actor, partner_id, reason=input.reason)
        return ReinstatePartnerPayload(partner=Partner.of(changed))

    @strawberry.mutation(description="Staff: a partner leaves for good, its keys with it. Needs partners.manage.")
    async def close_partner(self, info: Info, input: ClosePartnerInput) -> ClosePartnerResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        changed = await partners.close(info.context.actor, partner_id, reason=input.reason)
        return ClosePartnerPayload(partner=Partner.of(changed))
