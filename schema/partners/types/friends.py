"""Who joined by the links of partners."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from community.partners import queries as partners
from community.referrals.queries import ReferralView
from community.referrals.rules.stages import Stage
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_or_none
from schema.referrals.types import ReferralLink, links_of


@strawberry.type(description="Somebody who joined by a partner's link. Who it is, is not told.")
class PartnerSignUp(Node):
    """A referral, as the partner sees it."""

    view: strawberry.Private[ReferralView]
    stage: Stage = strawberry.field(description="How far it has come.")
    source: str | None = strawberry.field(description="Where the link was used.")
    campaign: str | None = strawberry.field(description="The campaign it came by.")
    joined_at: datetime = strawberry.field(description="When they were counted as yours.")
    qualified_at: datetime | None = strawberry.field(description="When they qualified.")

    @classmethod
    def of(cls, view: ReferralView) -> Self:
        return cls(
            uuid=view.id,
            view=view,
            stage=view.stage,
            source=view.source,
            campaign=view.campaign,
            joined_at=view.bound_at,
            qualified_at=view.qualified_at,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await partners.sign_ups_by_ids(info.context.actor, ids))

    @level(description="The link; null where it was none.")
    async def link(parents: list["PartnerSignUp"], info: Info) -> list[ReferralLink | None]:
        return await links_of([parent.view.link_id for parent in parents])
