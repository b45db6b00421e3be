"""The root fields that read referrals: the programme, and for staff the review queue and the attribution log."""

from typing import Annotated

import strawberry

from community.kernel import clock
from community.kernel.pages import PageRequest
from community.referrals import queries as referrals
from schema.connections import Connection, paged
from schema.context import Info
from schema.members.types import Member
from schema.nodes import decode_id
from schema.prices import PRIVATE
from schema.referrals.types import AttributionTouch, Referral, ReferralProgramme


@strawberry.type
class ReferralQueries:
    """What brings friends, who is doubtful, and why somebody counts."""

    @strawberry.field(description="What counts as having brought somebody at present, and when it is rewarded.")
    async def referral_programme(self) -> ReferralProgramme:
        return ReferralProgramme.of(await referrals.programme_at(clock.now()))

    @strawberry.field(
        description="Staff: referrals that people have to look at, the oldest first. Needs referrals.review.",
        metadata={PRIVATE: True},
    )
    @paged()
    async def referral_reviews(self, info: Info, request: PageRequest) -> Connection[Referral]:
        return Connection.of(await referrals.waiting_referrals(info.context.actor, request), Referral.of)

    @strawberry.field(
        description="Staff: all that may have brought a member, with why it counts or does not, the latest first."
        " Needs referrals.read_any.",
        metadata={PRIVATE: True},
    )
    @paged()
    async def attribution_log(
        self,
        info: Info,
        request: PageRequest,
        member_id: Annotated[strawberry.ID, strawberry.argument(description="The member.")],
    ) -> Connection[AttributionTouch]:
        found = await referrals.touches_of(info.context.actor, decode_id(member_id, Member, "memberId"), request)
        return Connection.of(found, AttributionTouch.of)
