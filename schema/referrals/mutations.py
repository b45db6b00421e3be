"""What members do with links, and what staff decide about referrals."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import strawberry

from community.kernel import clock
from community.referrals import queries
from community.referrals import service as referrals
from community.referrals.rules.programme import Credits
from community.referrals.service import LinkPlan
from schema.context import Info
from schema.errors import InvalidReason
from schema.nodes import decode_id
from schema.referrals.problems import (
    DefaultLinkStays,
    InvalidLink,
    InvalidReferralCode,
    InvalidReferralProgramme,
    OwnReferral,
    ReferralCodeTaken,
    ReferralDecided,
    ReferralProgrammeStartsInThePast,
    TargetNotAllowed,
    TooManyLinks,
)
from schema.referrals.types import Referral, ReferralLink, ReferralProgramme


@strawberry.input(description="What a new link shall be.")
class CreateReferralLinkInput:
    """A link."""

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
    shows_owner: bool = strawberry.field(default=True, description="Whether friends are told who brought them.")


@strawberry.type(description="The link is made.")
class CreateReferralLinkPayload:
    """The new link."""

    link: ReferralLink = strawberry.field(description="The new link.")


CreateReferralLinkResult = Annotated[
    CreateReferralLinkPayload | InvalidReferralCode | ReferralCodeTaken | TargetNotAllowed | InvalidLink | TooManyLinks,
    strawberry.union("CreateReferralLinkResult", description="The new link, or why not."),
]


@strawberry.input(description="Which link to disable.")
class DisableReferralLinkInput:
    """A link."""

    link_id: strawberry.ID = strawberry.field(description="The link.")


@strawberry.type(description="The link leads nowhere any more.")
class DisableReferralLinkPayload:
    """The disabled link."""

    link: ReferralLink = strawberry.field(description="The link, disabled.")


DisableReferralLinkResult = Annotated[
    DisableReferralLinkPayload | DefaultLinkStays,
    strawberry.union("DisableReferralLinkResult", description="The disabled link, or why not."),
]


@strawberry.input(description="Which referral is honest, and why.")
class ApproveReferralInput:
    """A decision."""

    referral_id: strawberry.ID = strawberry.field(description="The referral.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters.")


@strawberry.type(description="The referral counts.")
class ApproveReferralPayload:
    """The approved referral."""

    referral: Referral = strawberry.field(description="The referral, approved.")


ApproveReferralResult = Annotated[
    ApproveReferralPayload | ReferralDecided | InvalidReason | OwnReferral,
    strawberry.union("ApproveReferralResult", description="The approved referral, or why not."),
]


@strawberry.input(description="Which referral does not count, and why.")
class RejectReferralInput:
    """A decision."""

    referral_id: strawberry.ID = strawberry.field(description="The referral.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters.")


@strawberry.type(description="The referral does not count; what it gave is taken back.")
class RejectReferralPayload:
    """The rejected referral."""

    referral: Referral = strawberry.field(description="The referral, rejected.")


RejectReferralResult = Annotated[
    RejectReferralPayload | ReferralDecided | InvalidReason | OwnReferral,
    strawberry.union("RejectReferralResult", description="The rejected referral, or why not."),
]


@strawberry.input(description="What to change of the programme in force. What is left out stays.")
class PublishReferralProgrammeInput:
    """Another version."""

    model: Credits | None = strawberry.field(default=None, description="Which of several touches counts.")
    window_days: int | None = strawberry.field(default=None, description="How old a touch may be, 1 to 730 days.")
    late_days: int | None = strawberry.field(
        default=None, description="How long after joining somebody can still be bound, 0 to 730 days."
    )
    qualifies_on: str | None = strawberry.field(default=None, description="`order.paid` or `member.joined`.")
    least_amount: int | None = strawberry.field(default=None, description="What an order must come to, in minor units.")
    holding_days: int | None = strawberry.field(default=None, description="How long a reward is held, 0 to 365 days.")
    starts_at: datetime | None = strawberry.field(default=None, description="From when on it decides; now without it.")


@strawberry.type(description="The programme is published.")
class PublishReferralProgrammePayload:
    """The new version."""

    programme: ReferralProgramme = strawberry.field(description="The new version.")


PublishReferralProgrammeResult = Annotated[
    PublishReferralProgrammePayload | InvalidReferralProgramme | ReferralProgrammeStartsInThePast,
    strawberry.union("PublishReferralProgrammeResult", description="The new version, or why not."),
]


@strawberry.type
class ReferralMutations:
    """Links, and decisions about referrals."""

    @strawberry.mutation(description="Make a link that brings friends.")
    async def create_referral_link(self, info: Info, input: CreateReferralLinkInput) -> CreateReferralLinkResult:
        link = await referrals.create_link(info.context.actor, LinkPlan(**vars(input)))
        return CreateReferralLinkPayload(link=ReferralLink.of(link))

    @strawberry.mutation(description="Disable a link: it leads nowhere any more. Your main link stays.")
    async def disable_referral_link(self, info: Info, input: DisableReferralLinkInput) -> DisableReferralLinkResult:
        link_id = decode_id(input.link_id, ReferralLink, "linkId")
        link = await referrals.disable_link(info.context.actor, link_id)
        return DisableReferralLinkPayload(link=ReferralLink.of(link))

    @strawberry.mutation(description="Staff: a doubtful referral is honest. Needs referrals.review.")
    async def approve_referral(self, info: Info, input: ApproveReferralInput) -> ApproveReferralResult:
        referral_id = decode_id(input.referral_id, Referral, "referralId")
        view = await referrals.approve(info.context.actor, referral_id, reason=input.reason)
        return ApproveReferralPayload(referral=Referral.of(view))

    @strawberry.mutation(
        description="Staff: a referral does not count; what it gave is taken back. Needs referrals.review."
    )
    async def reject_referral(self, info: Info, input: RejectReferralInput) -> RejectReferralResult:
        referral_id = decode_id(input.referral_id, Referral, "referralId")
        view = await referrals.reject(info.context.actor, referral_id, reason=input.reason)
        return RejectReferralPayload(referral=Referral.of(view))

    @strawberry.mutation(
        description="Staff: other rules hold for whoever is brought from then on. Needs referrals.publish."
    )
    async def publish_referral_programme(
        self, info: Info, input: PublishReferralProgrammeInput
    ) -> PublishReferralProgrammeResult:
        given = {name: value for name, value in vars(input).items() if value is not None and name != "starts_at"}
        if "model" in given:
            given["credits"] = given.pop("model")
        in_force = (await queries.programme_at(clock.now())).programme
        published = await referrals.publish(info.context.actor, replace(in_force, **given), starts_at=input.starts_at)
        return PublishReferralProgrammePayload(programme=ReferralProgramme.of(published))
