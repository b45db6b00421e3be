"""Partners, what their links brought, what they reported and earned, as the graph shows them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

import schema.partners.enums  # noqa: F401  (declares the enums that the fields below use)
from community.kernel.pages import PageRequest
from community.partners import queries as partners
from community.partners.queries import BalanceView, ConversionView, LineView, MonthView, PartnerView, StatementView
from community.partners.rules.exports import Format, export
from community.partners.rules.plans import Plan
from community.partners.rules.words import CauseKind, LineKind, LineStatus, StatementStatus, Status
from community.referrals.queries import ReferralView
from community.referrals.rules.stages import Stage
from community.settings import settings
from community.webhooks import queries as webhooks
from schema.connections import After, Before, Connection, First, Last
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_or_none
from schema.prices import PRICE, PRIVATE, Price
from schema.referrals.types import ReferralLink, ReferralStats, links_of
from schema.scalars import Long
from schema.webhooks.types import WebhookEndpoint

MOST_EXPORTED = 10_000
ITS_OWN = {PRIVATE: True}


@strawberry.type(description="What a partner earns, by a version of its plan.")
class CommissionPlan:
    """A version."""

    version: int = strawberry.field(description="The first, the second and so on.")
    starts_at: datetime = strawberry.field(description="Since when it is in force.")
    per_sign_up: Long = strawberry.field(description="For each friend who qualified, in minor units.")
    basis_points: int = strawberry.field(
        description="Of what friends buy and of conversions: 10,000 are all of it; rounded down to the minor unit."
    )
    recurring_months: int = strawberry.field(
        description="So many months from the order by which a friend qualified all orders count; 0: that one alone."
    )
    hold_days: int = strawberry.field(description="So long a commission is held before it is approved.")

    @classmethod
    def of(cls, plan: Plan) -> Self:
        return cls(
            version=plan.version,
            starts_at=plan.starts_at,
            per_sign_up=Long(plan.per_sign_up),
            basis_points=plan.basis_points,
            recurring_months=plan.recurring_months,
            hold_days=plan.hold_days,
        )


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


@strawberry.type(description="What a partner says a click on its link led to.")
class Conversion(Node):
    """A conversion."""

    view: strawberry.Private[ConversionView]
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
    def of(cls, view: ConversionView) -> Self:
        return cls(
            uuid=view.id,
            view=view,
            external_id=view.external_id,
            amount=Long(view.amount),
            currency=view.currency,
            commission=Long(view.commission),
            occurred_at=view.occurred_at,
            reported_at=view.reported_at,
            due_at=view.due_at,
            is_sandbox=view.is_sandbox,
            rejected_at=view.rejected_at,
            reject_reason=view.reject_reason,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await partners.conversions_by_ids(info.context.actor, ids))

    @level(description="The link that was clicked.")
    async def link(parents: list["Conversion"], info: Info) -> list[ReferralLink | None]:
        return await links_of([parent.view.link_id for parent in parents])


@strawberry.type(description="A line of commission: earned, taken back, or paid. It never changes.")
class CommissionLine(Node):
    """A line."""

    view: strawberry.Private[LineView]
    number: int = strawberry.field(description="Its place among the partner's lines, without a gap.")
    kind: LineKind = strawberry.field(description="What it is.")
    cause: CauseKind = strawberry.field(description="What it comes from.")
    amount: Long = strawberry.field(description="In minor units; below zero where it is taken back or paid.")
    balance: Long = strawberry.field(description="What was owed after it.")
    plan_version: int | None = strawberry.field(description="The version of the plan that priced it.")
    status: LineStatus = strawberry.field(description="How far it has come.")
    recorded_at: datetime = strawberry.field(description="When it was written.")
    due_at: datetime = strawberry.field(description="When its hold ends.")
    approved_at: datetime | None = strawberry.field(description="When it was approved; null before.")

    @classmethod
    def of(cls, view: LineView) -> Self:
        return cls(
            uuid=view.id,
            view=view,
            number=view.number,
            kind=view.kind,
            cause=view.cause,
            amount=Long(view.amount),
            balance=Long(view.balance),
            plan_version=view.plan_version,
            status=view.status,
            recorded_at=view.recorded_at,
            due_at=view.due_at,
            approved_at=view.approved_at,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await partners.lines_by_ids(info.context.actor, ids))


@strawberry.type(description="What a partner is owed, in minor units.")
class CommissionBalance:
    """The sums of a partner's lines."""

    owed: Long = strawberry.field(description="All that is not paid. Below zero when what was paid was taken back.")
    pending: Long = strawberry.field(description="What is held.")
    approved: Long = strawberry.field(description="What is paid with the next statement.")
    in_statements: Long = strawberry.field(description="What is in statements that are not paid yet.")
    paid: Long = strawberry.field(description="All that was ever paid.")
    currency: str = strawberry.field(description="The ISO 4217 code of the currency.")

    @classmethod
    def of(cls, balance: BalanceView) -> Self:
        return cls(
            owed=Long(balance.owed),
            pending=Long(balance.pending),
            approved=Long(balance.approved),
            in_statements=Long(balance.in_statements),
            paid=Long(balance.paid),
            currency=settings().currency,
        )


@strawberry.type(description="Approved lines of commission that are paid together.")
class CommissionStatement(Node):
    """A statement."""

    view: strawberry.Private[StatementView]
    number: int = strawberry.field(description="The partner's first, second and so on.")
    until: datetime = strawberry.field(description="It holds what was due by then.")
    total: Long = strawberry.field(description="What its lines come to, in minor units.")
    line_count: int = strawberry.field(description="How many lines it was made of.")
    status: StatementStatus = strawberry.field(description="How far it has come.")
    created_at: datetime = strawberry.field(description="When it was made.")
    settled_at: datetime | None = strawberry.field(description="When it was paid or cancelled.")
    reference: str | None = strawberry.field(description="What the bank calls the payment.")
    reason: str | None = strawberry.field(description="Why it was cancelled.")

    @classmethod
    def of(cls, view: StatementView) -> Self:
        return cls(
            uuid=view.id,
            view=view,
            number=view.number,
            until=view.until,
            total=Long(view.total),
            line_count=view.line_count,
            status=view.status,
            created_at=view.created_at,
            settled_at=view.settled_at,
            reference=view.reference,
            reason=view.reason,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await partners.statements_by_ids(info.context.actor, ids))

    @strawberry.field(
        description=f"Its lines, the first {MOST_EXPORTED}, as a document.",
        metadata={PRIVATE: True, PRICE: Price(own=50)},
    )
    async def export(
        self,
        info: Info,
        form: Annotated[Format, strawberry.argument(name="format", description="How they are written down.")],
    ) -> str:
        return _exported(await partners.lines_in(info.context.actor, self.view, MOST_EXPORTED), form)


@strawberry.type(description="What happened to a partner's balance in a month (UTC), in minor units.")
class CommissionMonth:
    """A month."""

    view: strawberry.Private[MonthView]
    opening: Long = strawberry.field(description="What was owed before it.")
    earned: Long = strawberry.field(description="What was earned.")
    reversed: Long = strawberry.field(description="What was taken back: below zero.")
    paid: Long = strawberry.field(description="What was paid: below zero.")
    closing: Long = strawberry.field(description="What is owed after it: the sum of the others.")

    @classmethod
    def of(cls, view: MonthView) -> Self:
        return cls(
            view=view,
            opening=Long(view.opening),
            earned=Long(view.earned),
            reversed=Long(view.reversed),
            paid=Long(view.paid),
            closing=Long(view.closing),
        )

    @strawberry.field(
        description=f"Its lines, the first {MOST_EXPORTED}, as a document.",
        metadata={PRIVATE: True, PRICE: Price(own=50)},
    )
    async def export(
        self,
        info: Info,
        form: Annotated[Format, strawberry.argument(name="format", description="How they are written down.")],
    ) -> str:
        return _exported(await partners.lines_in_month(info.context.actor, self.view, MOST_EXPORTED), form)


@strawberry.type(description="Another company that brings members. Its own keys and trusted staff see it.")
class Partner(Node):
    """A partner."""

    name: str = strawberry.field(description="What it is called.")
    contact: str = strawberry.field(description="Whom to write to.")
    status: Status = strawberry.field(description="How it stands.")
    created_at: datetime = strawberry.field(description="Since when it is a partner.")

    @classmethod
    def of(cls, view: PartnerView) -> Self:
        return cls(uuid=view.id, name=view.name, contact=view.contact, status=view.status, created_at=view.created_at)

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
    async def links(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[ReferralLink]:
        request = PageRequest.of(first=first, after=after, last=last, before=before)
        return Connection.of(await partners.links_of(info.context.actor, self.uuid, request), ReferralLink.of)

    @strawberry.field(description="Who joined by them, the latest first. Needs referrals:read.", metadata=ITS_OWN)
    async def sign_ups(
        self,
        info: Info,
        stage: Annotated[Stage | None, strawberry.argument(description="Only those who have come so far.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PartnerSignUp]:
        request = PageRequest.of(first=first, after=after, last=last, before=before)
        found = await partners.sign_ups_of(info.context.actor, self.uuid, request, stage=stage)
        return Connection.of(found, PartnerSignUp.of)

    @strawberry.field(
        description="What it reported, the latest first; to a key of the sandbox, what was tried there. Needs"
        " conversions:write or referrals:read.",
        metadata=ITS_OWN,
    )
    async def conversions(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Conversion]:
        request = PageRequest.of(first=first, after=after, last=last, before=before)
        return Connection.of(await partners.conversions_of(info.context.actor, self.uuid, request), Conversion.of)

    @strawberry.field(
        description="Its lines of commission, the latest first; to a key of the sandbox, what its trials would have"
        " earned. Needs statements:read.",
        metadata=ITS_OWN,
    )
    async def commissions(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[CommissionLine]:
        request = PageRequest.of(first=first, after=after, last=last, before=before, shape=(int,))
        return Connection.of(await partners.lines_of(info.context.actor, self.uuid, request), CommissionLine.of)

    @strawberry.field(description="Its statements, the latest first. Needs statements:read.", metadata=ITS_OWN)
    async def statements(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[CommissionStatement]:
        request = PageRequest.of(first=first, after=after, last=last, before=before)
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
    async def webhook_endpoints(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[WebhookEndpoint]:
        request = PageRequest.of(first=first, after=after, last=last, before=before)
        return Connection.of(await webhooks.own_endpoints(info.context.actor, request), WebhookEndpoint.of)


def _exported(lines: Sequence[LineView], form: Format) -> str:
    currency = settings().currency
    return export([{**asdict(line), "currency": currency} for line in lines], form)
