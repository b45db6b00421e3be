"""What staff decide about tiers."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.members import queries as members
from community.tiers import service as tiers
from schema.context import Info
from schema.errors import InvalidReason
from schema.members.problems import CannotTargetSelf
from schema.members.types import Member
from schema.nodes import decode_id
from schema.tiers.problems import InvalidTierLock, InvalidTierProgramme, TierProgrammeStartsTooEarly, UnknownTier
from schema.tiers.programmes import TierProgramme, TierProgrammeInput


@strawberry.input(description="Whom to hold at which tier, why and until when.")
class LockTierInput:
    """A lock."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    tier: str = strawberry.field(description="The key of the tier.")
    reason: str = strawberry.field(description="Why, in words the member will read; 1 to 500 characters.")
    ends_at: datetime | None = strawberry.field(default=None, description="Until when; without it, until unlocked.")


@strawberry.type(description="The tier is held where it is.")
class LockTierPayload:
    """The member, at the tier."""

    member: Member = strawberry.field(description="The member, at the tier.")


LockTierResult = Annotated[
    LockTierPayload | UnknownTier | InvalidReason | InvalidTierLock | CannotTargetSelf,
    strawberry.union("LockTierResult", description="The member at the tier, or why not."),
]


@strawberry.input(description="Whose tier to let go.")
class UnlockTierInput:
    """A lock that ends early."""

    member_id: strawberry.ID = strawberry.field(description="The member.")


@strawberry.type(description="The tracks decide again.")
class UnlockTierPayload:
    """The member, at the tier that the tracks grant."""

    member: Member = strawberry.field(description="The member, at the tier that the tracks grant.")


UnlockTierResult = Annotated[
    UnlockTierPayload | CannotTargetSelf,
    strawberry.union("UnlockTierResult", description="The member at the tier that the tracks grant, or why not."),
]


@strawberry.input(description="Rules to publish.")
class PublishTiersInput:
    """Another version."""

    programme: TierProgrammeInput = strawberry.field(description="The rules.")
    starts_at: datetime | None = strawberry.field(default=None, description="From when on they decide; now without it.")


@strawberry.type(description="The rules are published.")
class PublishTiersPayload:
    """The new version."""

    programme: TierProgramme = strawberry.field(description="The new version.")


PublishTiersResult = Annotated[
    PublishTiersPayload | InvalidTierProgramme | TierProgrammeStartsTooEarly,
    strawberry.union("PublishTiersResult", description="The new version, or why not."),
]


@strawberry.type
class TierMutations:
    """Everything else about tiers follows from what members do."""

    @strawberry.mutation(description="Staff: hold a member at a tier. Needs tiers.lock.")
    async def lock_tier(self, info: Info, input: LockTierInput) -> LockTierResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        await tiers.lock(info.context.actor, member_id, input.tier, reason=input.reason, ends_at=input.ends_at)
        return LockTierPayload(member=Member.each(await members.by_ids([member_id]), [member_id])[0])

    @strawberry.mutation(description="Staff: let a member's tier move again. Needs tiers.lock.")
    async def unlock_tier(self, info: Info, input: UnlockTierInput) -> UnlockTierResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        await tiers.unlock(info.context.actor, member_id)
        return UnlockTierPayload(member=Member.each(await members.by_ids([member_id]), [member_id])[0])

    @strawberry.mutation(description="Staff: publish another version of the rules. Needs tiers.publish.")
    async def publish_tiers(self, info: Info, input: PublishTiersInput) -> PublishTiersResult:
        published = await tiers.publish(info.context.actor, input.programme.programme(), starts_at=input.starts_at)
        return PublishTiersPayload(programme=TierProgramme.of(published))
