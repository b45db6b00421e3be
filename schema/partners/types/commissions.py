"""What partners earned, what they are owed, and what they are paid."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

from community.partners import queries as partners
from community.partners.queries import BalanceView, LineView, MonthView, StatementView
from community.partners.rules.exports import Format, export
from community.partners.rules.words import CauseKind, LineKind, LineStatus, StatementStatus
from community.settings import settings
from schema.context import Info
from schema.nodes import Node, each_or_none
from schema.prices import PRICE, PRIVATE, Price
from schema.scalars import Long
from schema.views import Shown, shows

MOST_EXPORTED = 10_000


@shows
@strawberry.type(description="A line of commission: earned, taken back, or paid. It never changes.")
class CommissionLine(Node, Shown[LineView]):
    """A line."""

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


@shows
@strawberry.type(description="Approved lines of commission that are paid together.")
class CommissionStatement(Node, Shown[StatementView]):
    """A statement."""

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


@shows
@strawberry.type(description="What happened to a partner's balance in a month (UTC), in minor units.")
class CommissionMonth(Shown[MonthView]):
    """A month."""

    opening: Long = strawberry.field(description="What was owed before it.")
    earned: Long = strawberry.field(description="What was earned.")
    reversed: Long = strawberry.field(description="What was taken back: below zero.")
    paid: Long = strawberry.field(description="What was paid: below zero.")
    closing: Long = strawberry.field(description="What is owed after it: the sum of the others.")

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


def _exported(lines: Sequence[LineView], form: Format) -> str:
    currency = settings().currency
    return export([{**asdict(line), "currency": currency} for line in lines], form)
