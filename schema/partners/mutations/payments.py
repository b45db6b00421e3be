"""Commissions: put into statements, paid."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.partners import service as partners
from schema.context import Info
from schema.errors import InvalidReason
from schema.idempotency.problems import KeyProblem
from schema.nodes import decode_id
from schema.partners.problems import (
    InvalidPaymentReference,
    NothingToPay,
    PartnerNotActive,
    StatementSettled,
)
from schema.partners.types import CommissionStatement, Partner


@strawberry.input(description="Whom to pay what.")
class PayCommissionsInput:
    """A partner and a date."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    until: datetime = strawberry.field(description="What is approved and was due by then.")
    idempotency_key: str = strawberry.field(description="The same key makes one statement, however often it is sent.")


@strawberry.type(description="There is a statement to be paid.")
class PayCommissionsPayload:
    """There is a statement to be paid."""

    statement: CommissionStatement = strawberry.field(description="The statement.")


PayCommissionsResult = Annotated[
    PayCommissionsPayload | PartnerNotActive | NothingToPay | KeyProblem,
    strawberry.union("PayCommissionsResult", description="The statement, or why not."),
]


@strawberry.input(description="Which statement was paid.")
class MarkStatementPaidInput:
    """A statement and its payment."""

    statement_id: strawberry.ID = strawberry.field(description="The statement.")
    reference: str = strawberry.field(description="What the bank calls the payment, 1 to 100 characters.")


@strawberry.type(description="The statement is paid.")
class MarkStatementPaidPayload:
    """The statement is paid."""

    statement: CommissionStatement = strawberry.field(description="The statement as it is now.")


MarkStatementPaidResult = Annotated[
    MarkStatementPaidPayload | StatementSettled | InvalidPaymentReference,
    strawberry.union("MarkStatementPaidResult", description="The statement, or why not."),
]


@strawberry.input(description="Which statement is not paid.")
class CancelStatementInput:
    """A statement and why."""

    statement_id: strawberry.ID = strawberry.field(description="The statement.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters.")


@strawberry.type(description="The statement is cancelled.")
class CancelStatementPayload:
    """The statement is cancelled."""

    statement: CommissionStatement = strawberry.field(description="The statement as it is now.")


CancelStatementResult = Annotated[
    CancelStatementPayload | StatementSettled | InvalidReason,
    strawberry.union("CancelStatementResult", description="The statement, or why not."),
]


@strawberry.type
class Payments:
    """What is paid to partners."""

    @strawberry.mutation(description="Staff: put what is approved into a statement. Needs partners.pay.")
    async def pay_commissions(self, info: Info, input: PayCommissionsInput) -> PayCommissionsResult:
        statement = await partners.pay(
            info.context.actor,
            decode_id(input.partner_id, Partner, "partnerId"),
            until=input.until,
            idempotency_key=input.idempotency_key,
        )
        return PayCommissionsPayload(statement=CommissionStatement.of(statement))

    @strawberry.mutation(description="Staff: say that a statement was paid. Needs partners.pay.")
    async def mark_statement_paid(self, info: Info, input: MarkStatementPaidInput) -> MarkStatementPaidResult:
        statement_id = decode_id(input.statement_id, CommissionStatement, "statementId")
        paid = await partners.mark_paid(info.context.actor, statement_id, reference=input.reference)
        return MarkStatementPaidPayload(statement=CommissionStatement.of(paid))

    @strawberry.mutation(description="Staff: do not pay a statement; its lines go into the next. Needs partners.pay.")
    async def cancel_statement(self, info: Info, input: CancelStatementInput) -> CancelStatementResult:
        statement_id = decode_id(input.statement_id, CommissionStatement, "statementId")
        cancelled = await partners.cancel(info.context.actor, statement_id, reason=input.reason)
        return CancelStatementPayload(statement=CommissionStatement.of(cancelled))
