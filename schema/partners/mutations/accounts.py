"""Partners: made, edited, given keys."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.access.policy import Scope
from community.partners import service as partners
from schema.access.problems import InvalidKeyName, KeyEndsInThePast, KeyWithoutScope
from schema.access.types import ApiKey
from schema.context import Info
from schema.nodes import decode_id
from schema.partners.mutations.plans import CommissionPlanInput
from schema.partners.problems import InvalidPartner, PartnerNotActive, PlanStartsInThePast, ScopeNotForPartners
from schema.partners.types import Partner


@strawberry.input(description="A new partner.")
class CreatePartnerInput:
    """A partner."""

    name: str = strawberry.field(description="What it is called, 1 to 100 characters.")
    contact: str = strawberry.field(description="Whom to write to, 1 to 254 characters.")
    plan: CommissionPlanInput = strawberry.field(description="What it earns.")


@strawberry.type(description="The partner is made.")
class CreatePartnerPayload:
    """The partner is made."""

    partner: Partner = strawberry.field(description="The new partner.")


CreatePartnerResult = Annotated[
    CreatePartnerPayload | InvalidPartner | PlanStartsInThePast,
    strawberry.union("CreatePartnerResult", description="The new partner, or why not."),
]


@strawberry.input(description="What to change. What is left out stays as it is.")
class EditPartnerInput:
    """A change of a partner."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    name: str | None = strawberry.field(default=None, description="What it is called, 1 to 100 characters.")
    contact: str | None = strawberry.field(default=None, description="Whom to write to, 1 to 254 characters.")


@strawberry.type(description="The partner is changed.")
class EditPartnerPayload:
    """The partner is changed."""

    partner: Partner = strawberry.field(description="The partner as it is now.")


EditPartnerResult = Annotated[
    EditPartnerPayload | InvalidPartner,
    strawberry.union("EditPartnerResult", description="The partner, or why not."),
]


@strawberry.input(description="A key that acts as a partner.")
class CreatePartnerKeyInput:
    """A key."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    name: str = strawberry.field(description="What to call the key, 1 to 100 characters.")
    scopes: list[Scope] = strawberry.field(
        description="What it may be used for: referrals:read, conversions:write, statements:read, webhooks:manage."
    )
    is_sandbox: bool = strawberry.field(
        default=False, description="Whether it is for trying out: what it reports is answered, and nothing comes of it."
    )
    expires_at: datetime | None = strawberry.field(default=None, description="When it stops working; never without it.")


@strawberry.type(description="The key is made.")
class CreatePartnerKeyPayload:
    """The key is made."""

    api_key: ApiKey = strawberry.field(description="The key.")
    secret: str = strawberry.field(description="The key itself. It is shown now and never again.")


CreatePartnerKeyResult = Annotated[
    CreatePartnerKeyPayload
    | PartnerNotActive
    | ScopeNotForPartners
    | InvalidKeyName
    | KeyWithoutScope
    | KeyEndsInThePast,
    strawberry.union("CreatePartnerKeyResult", description="The key with its secret, or why not."),
]


@strawberry.type
class Accounts:
    """Partners themselves."""

    @strawberry.mutation(description="Staff: make a partner. Needs partners.manage.")
    async def create_partner(self, info: Info, input: CreatePartnerInput) -> CreatePartnerResult:
        made = await partners.create(info.context.actor, input.name, contact=input.contact, terms=input.plan.terms)
        return CreatePartnerPayload(partner=Partner.of(made))

    @strawberry.mutation(description="Staff: change what is said about a partner. Needs partners.manage.")
    async def edit_partner(self, info: Info, input: EditPartnerInput) -> EditPartnerResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        edited = await partners.edit(info.context.actor, partner_id, name=input.name, contact=input.contact)
        return EditPartnerPayload(partner=Partner.of(edited))

    @strawberry.mutation(description="Staff: make a key that acts as a partner. Needs partners.manage.")
    async def create_partner_key(self, info: Info, input: CreatePartnerKeyInput) -> CreatePartnerKeyResult:
        made = await partners.create_key(
            info.context.actor,
            decode_id(input.partner_id, Partner, "partnerId"),
            input.name,
            scopes=input.scopes,
            is_sandbox=input.is_sandbox,
            expires_at=input.expires_at,
        )
        return CreatePartnerKeyPayload(api_key=ApiKey.of(made.key), secret=made.secret)
