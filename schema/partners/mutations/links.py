"""The links of a partner, by its own key."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.partners import service as partners
from community.referrals.service import LinkPlan
from schema.context import Info
from schema.errors import UnforeseenProblem
from schema.nodes import decode_id
from schema.partners.problems import PartnerNotActive
from schema.referrals.problems import (
    InvalidLink,
    InvalidReferralCode,
    ReferralCodeTaken,
    TargetNotAllowed,
    TooManyLinks,
)
from schema.referrals.types import ReferralLink


@strawberry.input(description="What a new link shall be.")
class CreatePartnerLinkInput:
    """A link of a partner."""

    code: str | None = strawberry.field(
        default=None, description="4 to 30 letters a-z, digits and single hyphens; made for you without it."
    )
    target: str | None = strawberry.field(
        default=None, description="A path that begins with /, or an https address on an allowed host."
    )
    label: str = strawberry.field(default="", description="What you call it, at most 80 characters.")
    sub_source: str | None = strawberry.field(
        default=None, description="Where it is used: at most 40 letters a-z, digits, dots, hyphens, underscores."
    )
    campaign: str | None = strawberry.field(default=None, description="The campaign it belongs to, spelled likewise.")
    ends_at: datetime | None = strawberry.field(default=None, description="When it ends; without it, it does not.")


@strawberry.type(description="The link is made.")
class CreatePartnerLinkPayload:
    """The link is made."""

    link: ReferralLink = strawberry.field(description="The new link.")


CreatePartnerLinkResult = Annotated[
    CreatePartnerLinkPayload
    | PartnerNotActive
    | InvalidReferralCode
    | ReferralCodeTaken
    | TargetNotAllowed
    | InvalidLink
    | TooManyLinks,
    strawberry.union("CreatePartnerLinkResult", description="The new link, or why not."),
]


@strawberry.input(description="Which link to disable.")
class DisablePartnerLinkInput:
    """A link."""

    link_id: strawberry.ID = strawberry.field(description="The link.")


@strawberry.type(description="The link leads nowhere any more.")
class DisablePartnerLinkPayload:
    """The link leads nowhere any more."""

    link: ReferralLink = strawberry.field(description="The link, disabled.")


DisablePartnerLinkResult = Annotated[
    DisablePartnerLinkPayload | UnforeseenProblem,
    strawberry.union("DisablePartnerLinkResult", description="The disabled link."),
]


@strawberry.type
class Links:
    """Links, by the hand of their partner."""

    @strawberry.mutation(description="Make a link of your own. For a partner's key with conversions:write.")
    async def create_partner_link(self, info: Info, input: CreatePartnerLinkInput) -> CreatePartnerLinkResult:
        plan = LinkPlan(
            code=input.code,
            target=input.target,
            label=input.label,
            sub_source=input.sub_source,
            campaign=input.campaign,
            ends_at=input.ends_at,
        )
        return CreatePartnerLinkPayload(link=ReferralLink.of(await partners.create_link(info.context.actor, plan)))

    @strawberry.mutation(description="Disable a link of your own. For a partner's key with conversions:write.")
    async def disable_partner_link(self, info: Info, input: DisablePartnerLinkInput) -> DisablePartnerLinkResult:
        link_id = decode_id(input.link_id, ReferralLink, "linkId")
        return DisablePartnerLinkPayload(link=ReferralLink.of(await partners.disable_link(info.context.actor, link_id)))
