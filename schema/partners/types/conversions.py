"""What partners say clicks on their links led to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from community.partners import queries as partners
from community.partners.queries import ConversionView
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_or_none
from schema.referrals.types import ReferralLink, links_of
from schema.scalars import Long
from schema.views import Shown, shows


@shows
@strawberry.type(description="What a partner says a click on its link led to.")
class Conversion(Node, Shown[ConversionView]):
    """A conversion."""

    external_id: str = strawberry.field(description="The partner's own id of it.")
    amount: Long = strawberry.field(description="What it came to, in minor units.")
    currency: str = strawberry.field(description="The ISO 4217 code of its currency.")
    commission: Long = strawberry.field(description="What it earned, in minor units.")
    occurred_at: datetime = strawberry.field(description="When it happened.")
    reported_at: datetime = strawberry.field(description="When it was reported.")
    due_at: datetime = strawberry.field(description="When the hold of its commission ends.")
    is_sandbox: bool = strawberry.field(description="Whether it was only tried out: then nothing came of it.")
    rejected_at: datetime | None = strawberry.field(description="When staff rejected it; null when they did not.")
    reject_reason: str | None = strawberry.field(description="Why they did.")

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await partners.conversions_by_ids(info.context.actor, ids))

    @level(description="The link that was clicked.")
    async def link(parents: list["Conversion"], info: Info) -> list[ReferralLink | None]:
        return await links_of([parent.view.link_id for parent in parents])
