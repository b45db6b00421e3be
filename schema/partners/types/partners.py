"""Partners, as their own keys and staff see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

from community.kernel.pages import PageRequest
from community.partners import queries as partners
from community.partners.queries import PartnerView
from community.partners.rules.words import Status
from community.referrals.rules.stages import Stage
from community.webhooks import queries as webhooks
from schema.connections import Connection, paged
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_or_none
from schema.partners.types.commissions import CommissionBalance, CommissionLine, CommissionMonth, CommissionStatement
from schema.partners.types.conversions import Conversion
from schema.partners.types.friends import PartnerSignUp
from schema.partners.types.plans import CommissionPlan
from schema.prices import PRICE, PRIVATE, Price
from schema.referrals.types import ReferralLink, ReferralStats
from schema.views import Shown, shows
from schema.webhooks.types import WebhookEndpoint

ITS_OWN = {PRIVATE: True}


@shows
@strawberry.type(description="Another company that brings members. Its own keys and trusted staff see it.")
class Partner(Node, Shown[PartnerView]):
    """A partner."""

    name: str = strawberry.field(description="What it is called.")
    contact: str = strawberry.field(description="Whom to write to.")
    status: Status = strawberry.field(description="How it stands.")
    created_at: datetime = strawberry.field(description="Since when it is a partner.")

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await partners.partners_by_ids(info.context.actor, ids))

    @level(description="Every version of its plan, in the order in which they begin.", metadata={PRICE: Price(items=3)})
    async def plans(parents: list["Partner"], info: Info) -> list[list[CommissionPlan]]:
        found = await partners.plans_of([parent.uuid for parent in parents])
        return [[CommissionPlan.of(plan) for plan in found[parent.uuid]] for parent in parents]

    @level(description="What it is owed. Needs statements:read.", metadata=ITS_OWN)
    async def balance(parents: list["Partner"], info: Info) -> list[CommissionBalance]:
        found = await partners.balances_of(info.context.actor, [parent.uuid for parent in parents])
        return list(map(CommissionBalance.of, found))

    @strawberry.field(
        description="What all its links brought: clicks, sign-ups, qualified. Needs referrals:read.",
        metadata={PRIVATE: True, PRICE: Price(own=2)},
    )
    async def stats(self, info: Info) -> ReferralStats:
        return ReferralStats.of(await partners.stats_of(info.context.actor, self.uuid))

    @strawberry.field(description="Its links, the newest first. Needs referrals:read.", metadata=ITS_OWN)
    @paged()
    async def links(self, info: Info, request: PageRequest) -> Connection[ReferralLink]:
        return Connection.of(await partners.links_of(info.context.actor, self.uuid, request), ReferralLink.of)

    @strawberry.field(description="Who joined by them, the latest first. Needs referrals:read.", metadata=ITS_OWN)
    @paged()
    async def sign_ups(
        self,
        info: Info,
        request: PageRequest,
        stage: Annotated[Stage | None, strawberry.argument(description="Only those who have come so far.")] = None,
    ) -> Connection[PartnerSignUp]:
        found = await partners.sign_ups_of(info.context.actor, self.uuid, request, stage=stage)
        return Connection.of(found, PartnerSignUp.of)

    @strawberry.field(
        description="What it reported, the latest first; to a key of the sandbox, what was tried there. Needs"
        " conversions:write or referrals:read.",
        metadata=ITS_OWN,
    )
    @paged()
    async def conversions(self, info: Info, request: PageRequest) -> Connection[Conversion]:
        return Connection.of(await partners.conversions_of(info.context.actor, self.uuid, request), Conversion.of)

    @strawberry.field(
        description="Its lines of commission, the latest first; to a key of the sandbox, what its trials would have"
        " earned. Needs statements:read.",
        metadata=ITS_OWN,
    )
    @paged((int,))
    async def commissions(self, info: Info, request: PageRequest) -> Connection[CommissionLine]:
        return Connection.of(await partners.lines_of(info.context.actor, self.uuid, request), CommissionLine.of)

    @strawberry.field(description="Its statements, the latest first. Needs statements:read.", metadata=ITS_OWN)
    @paged()
    async def statements(self, info: Info, request: PageRequest) -> Connection[CommissionStatement]:
        return Connection.of(
            await partners.statements_of(info.context.actor, self.uuid, request), CommissionStatement.of
        )

    @strawberry.field(
        description="A month of its commissions. Needs statements:read.",
        metadata={PRIVATE: True, PRICE: Price(own=5)},
    )
    async def month(
        self, info: Info, of: Annotated[str, strawberry.argument(description="The month, such as 2026-11.")]
    ) -> CommissionMonth:
        return CommissionMonth.of(await partners.month_of(info.context.actor, self.uuid, of))

    @strawberry.field(
        description="Its endpoints of webhooks, the newest first. For a key with webhooks:manage.", metadata=ITS_OWN
    )
    @paged()
    async def webhook_endpoints(self, info: Info, request: PageRequest) -> Connection[WebhookEndpoint]:
        return Connection.of(await webhooks.own_endpoints(info.context.actor, request), WebhookEndpoint.of)
