"""What a member has and how it came about, as the graph shows it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from community.ledger import queries as ledger
from community.ledger.queries import BalanceView, StatementLineView
from community.ledger.rules.transfers import Currency, TransferKind
from schema.context import Info
from schema.enums import graph_enum
from schema.nodes import Node, each_found
from schema.scalars import Long
from schema.views import Shown, shows

graph_enum(
    Currency,
    "What the ledger counts.",
    {
        Currency.POINTS: "Points, to spend.",
        Currency.CREDITS: "Status credits, which move a member up.",
    },
    name="LedgerCurrency",
)
graph_enum(
    TransferKind,
    "Why units moved.",
    {
        TransferKind.AWARD: "They were earned.",
        TransferKind.ACTIVATION: "What was pending became active.",
        TransferKind.SPEND: "They were spent.",
        TransferKind.EXPIRY: "Their time was over.",
        TransferKind.ADJUSTMENT: "Staff corrected the balance.",
        TransferKind.REVERSAL: "Something earlier was undone.",
    },
)


@strawberry.type(description="Points that expire together.")
class ExpiringPoints:
    """How many, and when."""

    points: Long = strawberry.field(description="How many points.")
    at: datetime = strawberry.field(description="When they expire.")


@shows
@strawberry.type(description="What a member has.")
class Balance(Shown[BalanceView]):
    """Points to spend, points to come, credits."""

    points: Long = strawberry.field(description="Points that can be spent.")
    pending: Long = strawberry.field(description="Points that are earned and cannot be spent yet.")
    credits: Long = strawberry.field(description="Status credits, all that were ever earned and not taken back.")

    @strawberry.field(description="Those of the points that expire next; null when none will.")
    def expiring(self) -> ExpiringPoints | None:
        at = self.view.expiring_at
        return ExpiringPoints(points=Long(self.view.expiring), at=at) if at else None


@strawberry.type(description="One change of what a member has.")
class StatementLine(Node):
    """One line of a statement. It never changes; a correction is another line."""

    currency: Currency = strawberry.field(description="What changed.")
    kind: TransferKind = strawberry.field(description="Why it changed.")
    is_pending: bool = strawberry.field(description="Whether this line is about what cannot be spent yet.")
    amount: Long = strawberry.field(description="By how much; below zero when it became less.")
    balance: Long = strawberry.field(description="What there was after it: active or pending, as the line says.")
    cause: str = strawberry.field(description="What kind of thing caused it, such as `order`.")
    purpose: str | None = strawberry.field(description="What it was spent on.")
    reason: str | None = strawberry.field(description="What whoever corrected or undid something said about it.")
    at: datetime = strawberry.field(description="When it counts from.")
    posted_at: datetime = strawberry.field(description="When it was written; later than `at` for what was imported.")

    @classmethod
    def of(cls, line: StatementLineView) -> Self:
        return cls(
            uuid=line.id,
            currency=line.currency,
            kind=line.kind,
            is_pending=line.is_pending,
            amount=Long(line.amount),
            balance=Long(line.balance),
            cause=line.cause_kind,
            purpose=line.purpose,
            reason=line.reason,
            at=line.at,
            posted_at=line.posted_at,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await ledger.lines_by_ids(info.context.actor, ids)
        return each_found(cls.of, found, ids)
