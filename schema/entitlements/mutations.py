"""Unlocking, giving, and what staff decide about rights."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from community.access.policy import require_member
from community.entitlements import queries
from community.entitlements import service as entitlements
from community.entitlements.rules.rights import SourceKind
from community.kernel import clock
from community.ledger import queries as ledger
from community.members import queries as members
from schema.context import Info
from schema.entitlements.inputs import FeatureInput
from schema.entitlements.problems import (
    AlreadyHeld,
    GiftSettled,
    InvalidFeature,
    InvalidGift,
    InvalidGrant,
    NotForPoints,
    NotRevocable,
    UnknownFeature,
)
from schema.entitlements.types import Entitlement, Feature, Gift
from schema.errors import InvalidReason
from schema.idempotency.problems import KeyProblem
from schema.ledger.problems import InsufficientPoints
from schema.ledger.types import Balance
from schema.members.problems import CannotTargetSelf, MayNotSpend, MemberBlocksYou
from schema.members.types import Member
from schema.nodes import decode_id
from schema.scalars import Long
from schema.tiers.problems import UnknownTier

KEY = "A key of your choice; the same key again gives the first result and changes nothing."


@strawberry.input(description="What to pay for with points.")
class UnlockFeatureInput:
    """A purchase with points."""

    feature: str = strawberry.field(description="The key of the feature.")
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The feature is open.")
class UnlockFeaturePayload:
    """What was paid, and for what."""

    entitlement: Entitlement | None = strawberry.field(
        description="The right as it is now; null where the key was used before and its time is over."
    )
    points: Long = strawberry.field(description="How many points were paid.")
    balance_after: Balance = strawberry.field(description="What you have now.")


UnlockFeatureResult = Annotated[
    UnlockFeaturePayload | UnknownFeature | NotForPoints | AlreadyHeld | InsufficientPoints | MayNotSpend | KeyProblem,
    strawberry.union("UnlockFeatureResult", description="The open feature, or why not."),
]


@strawberry.input(description="What to give to whom.")
class GiveFeatureInput:
    """A gift between members."""

    member_id: strawberry.ID = strawberry.field(description="Who gets it.")
    feature: str = strawberry.field(description="The key of the feature.")
    message: str = strawberry.field(description="What to say with it, plain text of 1 to 280 characters.")
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The gift is sent, and paid.")
class GiveFeaturePayload:
    """What was sent."""

    gift: Gift = strawberry.field(description="The gift; it waits for an answer.")
    balance_after: Balance = strawberry.field(description="What you have now.")


GiveFeatureResult = Annotated[
    GiveFeaturePayload
    | UnknownFeature
    | NotForPoints
    | InvalidGift
    | InsufficientPoints
    | MayNotSpend
    | CannotTargetSelf
    | MemberBlocksYou
    | KeyProblem,
    strawberry.union("GiveFeatureResult", description="The gift, or why not."),
]


@strawberry.input(description="Which gift to take.")
class AcceptGiftInput:
    """An answer."""

    gift_id: strawberry.ID = strawberry.field(description="The gift.")


@strawberry.type(description="The gift is yours.")
class AcceptGiftPayload:
    """The gift that was taken."""

    gift: Gift = strawberry.field(description="The gift.")


AcceptGiftResult = Annotated[
    AcceptGiftPayload | GiftSettled,
    strawberry.union("AcceptGiftResult", description="The gift, or why it cannot be taken any more."),
]


@strawberry.input(description="Which gift not to take.")
class DeclineGiftInput:
    """An answer."""

    gift_id: strawberry.ID = strawberry.field(description="The gift.")


@strawberry.type(description="The gift went back.")
class DeclineGiftPayload:
    """The gift that was not taken."""

    gift: Gift = strawberry.field(description="The gift; its sender has the points again.")


DeclineGiftResult = Annotated[
    DeclineGiftPayload | GiftSettled,
    strawberry.union("DeclineGiftResult", description="The gift, or why it cannot be declined any more."),
]


@strawberry.input(description="What the company gives to whom.")
class PresentFeatureInput:
    """A gift from the company."""

    member_id: strawberry.ID = strawberry.field(description="Who gets it.")
    feature: str = strawberry.field(description="The key of the feature.")
    days: int = strawberry.field(description="For how many days.")
    message: str = strawberry.field(description="What to say with it, plain text of 1 to 280 characters.")
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The gift is theirs.")
class PresentFeaturePayload:
    """What was presented."""

    gift: Gift = strawberry.field(description="The gift.")


PresentFeatureResult = Annotated[
    PresentFeaturePayload | UnknownFeature | InvalidGift | CannotTargetSelf | KeyProblem,
    strawberry.union("PresentFeatureResult", description="The gift, or why not."),
]


@strawberry.input(description="What to give to whom, why and until when.")
class GrantEntitlementInput:
    """A grant by hand."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    feature: str = strawberry.field(description="The key of the feature.")
    reason: str = strawberry.field(description="Why, in words the member will read; 1 to 500 characters.")
    ends_at: datetime | None = strawberry.field(default=None, description="Until when; without it, until it is taken.")


@strawberry.type(description="The member may use it.")
class GrantEntitlementPayload:
    """The member, with what they may use."""

    member: Member = strawberry.field(description="The member.")


GrantEntitlementResult = Annotated[
    GrantEntitlementPayload | UnknownFeature | InvalidReason | InvalidGrant | CannotTargetSelf,
    strawberry.union("GrantEntitlementResult", description="The member, or why not."),
]


@strawberry.input(description="What to take from whom, and why.")
class RevokeEntitlementInput:
    """One source of a right; others go on."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    feature: str = strawberry.field(description="The key of the feature.")
    kind: SourceKind = strawberry.field(default=SourceKind.STAFF, description="What gives it; staff by default.")
    key: str = strawberry.field(default="staff", description="Which one, as `EntitlementSource.key` says.")
    reason: str = strawberry.field(description="Why, in words the member will read; 1 to 500 characters.")


@strawberry.type(description="This source gives it no longer.")
class RevokeEntitlementPayload:
    """The member, with what they may still use."""

    member: Member = strawberry.field(description="The member.")


RevokeEntitlementResult = Annotated[
    RevokeEntitlementPayload | UnknownFeature | InvalidReason | NotRevocable | CannotTargetSelf,
    strawberry.union("RevokeEntitlementResult", description="The member, or why not."),
]


@strawberry.input(description="A feature to publish.")
class PublishFeatureInput:
    """A new feature, or another version of one."""

    feature: FeatureInput = strawberry.field(description="The feature, whole.")


@strawberry.type(description="The feature is published.")
class PublishFeaturePayload:
    """The feature as it is from now on."""

    feature: Feature = strawberry.field(description="The feature as it is from now on.")


PublishFeatureResult = Annotated[
    PublishFeaturePayload | InvalidFeature | UnknownTier,
    strawberry.union("PublishFeatureResult", description="The feature, or why not."),
]


@strawberry.type
class EntitlementMutations:
    """What opens a feature by somebody's doing. The rest follows from tiers, plans, orders and events."""

    @strawberry.mutation(description="Pay with points to use a feature for some days.")
    async def unlock_feature(self, info: Info, input: UnlockFeatureInput) -> UnlockFeatureResult:
        paid = await entitlements.unlock(info.context.actor, input.feature, idempotency_key=input.idempotency_key)
        now = clock.now()
        right = (await queries.rights_of([paid.member_id], now))[paid.member_id].right(paid.feature, now)
        return UnlockFeaturePayload(
            entitlement=Entitlement.of(right) if right else None,
            points=Long(paid.points),
            balance_after=await _balance(paid.member_id),
        )

    @strawberry.mutation(
        description="Pay with points for another member, who has 14 days to accept it. What is not accepted comes back."
    )
    async def give_feature(self, info: Info, input: GiveFeatureInput) -> GiveFeatureResult:
        actor = info.context.actor
        gift = await entitlements.give(
            actor,
            decode_id(input.member_id, Member, "memberId"),
            input.feature,
            message=input.message,
            idempotency_key=input.idempotency_key,
        )
        return GiveFeaturePayload(gift=Gift.of(gift), balance_after=await _balance(require_member(actor)))

    @strawberry.mutation(description="Take a gift. It begins at once, or when what was given before is used up.")
    async def accept_gift(self, info: Info, input: AcceptGiftInput) -> AcceptGiftResult:
        gift = await entitlements.accept(info.context.actor, decode_id(input.gift_id, Gift, "giftId"))
        return AcceptGiftPayload(gift=Gift.of(gift))

    @strawberry.mutation(description="Do not take a gift: its sender has the points again.")
    async def decline_gift(self, info: Info, input: DeclineGiftInput) -> DeclineGiftResult:
        gift = await entitlements.decline(info.context.actor, decode_id(input.gift_id, Gift, "giftId"))
        return DeclineGiftPayload(gift=Gift.of(gift))

    @strawberry.mutation(
        description="Staff: give a feature for some days in the company's name. Needs entitlements.grant."
    )
    async def present_feature(self, info: Info, input: PresentFeatureInput) -> PresentFeatureResult:
        gift = await entitlements.present(
            info.context.actor,
            decode_id(input.member_id, Member, "memberId"),
            input.feature,
            days=input.days,
            message=input.message,
            idempotency_key=input.idempotency_key,
        )
        return PresentFeaturePayload(gift=Gift.of(gift))

    @strawberry.mutation(
        description="Staff: let a member use a feature, with a reason and an end. Again, it replaces both. Needs"
        " entitlements.grant."
    )
    async def grant_entitlement(self, info: Info, input: GrantEntitlementInput) -> GrantEntitlementResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        await entitlements.grant_by_staff(
            info.context.actor, member_id, input.feature, reason=input.reason, ends_at=input.ends_at
        )
        return GrantEntitlementPayload(member=await _member(member_id))

    @strawberry.mutation(description="Staff: take what one source gives a member. Needs entitlements.grant.")
    async def revoke_entitlement(self, info: Info, input: RevokeEntitlementInput) -> RevokeEntitlementResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        await entitlements.revoke_by_staff(
            info.context.actor, member_id, input.feature, input.kind, input.key, reason=input.reason
        )
        return RevokeEntitlementPayload(member=await _member(member_id))

    @strawberry.mutation(
        description="Staff: publish a feature and what opens it, from now on. Needs entitlements.publish."
    )
    async def publish_feature(self, info: Info, input: PublishFeatureInput) -> PublishFeatureResult:
        published = await entitlements.publish(info.context.actor, input.feature.feature())
        return PublishFeaturePayload(feature=Feature.of(published.feature))


async def _member(member_id: UUID) -> Member:
    return Member.each(await members.by_ids([member_id]), [member_id])[0]


async def _balance(member_id: UUID) -> Balance:
    return Balance.of((await ledger.balances_of([member_id], clock.now()))[member_id])
