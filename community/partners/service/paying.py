"""Paying: approved lines become a statement; it is paid once, or cancelled before that."""

from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.idempotency import service as idempotency
from community.idempotency.service import Result
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.kernel.text import reason_in
from community.outbox import service as outbox
from community.partners import errors, facts, policy
from community.partners.queries import StatementView
from community.partners.queries.statements import COLUMNS, statement_of
from community.partners.rules.names import reference_in
from community.partners.rules.words import StatementStatus, Status
from community.partners.service.holding import held
from community.partners.service.lines import write_payment


@transaction()
async def pay(actor: Actor, partner_id: UUID, *, until: datetime, idempotency_key: str) -> StatementView:
    """Put every line that is approved, due by `until` and in no statement into a new one. The same key does it once.

    Raises NotFound, PartnerNotActive for a suspended one, NothingToPay, and idempotency's problems.
    """
    policy.require_payer(actor)

    async def run() -> Result:
        partner = await held(partner_id)
        if partner.status is Status.SUSPENDED:
            raise errors.PartnerNotActive(partner.status)
        return {"statement_id": str(await _make(actor, partner_id, until))}

    asked = {"until": until}
    done = await idempotency.once(f"partners.pay:{partner_id}", idempotency_key, asked, run)
    return await _statement(UUID(done["statement_id"]))


@transaction()
async def mark_paid(actor: Actor, statement_id: UUID, *, reference: str) -> StatementView:
    """A statement was paid, known to the bank as `reference`. The same again changes nothing.

    Raises NotFound, StatementSettled and InvalidPaymentReference.
    """
    policy.require_payer(actor)
    reference = reference_in(reference)
    statement = await _held_statement(statement_id)
    if statement.status is StatementStatus.PAID and statement.reference == reference:
        return statement
    if statement.status is not StatementStatus.OPEN:
        raise errors.StatementSettled(statement.status)
    await write_payment(statement.partner_id, statement_id, statement.total)
    paid = facts.CommissionPaid(statement_id=statement_id, partner_id=statement.partner_id, amount=statement.total)
    await outbox.record(paid, actor=actor)
    return await _settle(actor, statement_id, StatementStatus.PAID, reference=reference)


@transaction()
async def cancel(actor: Actor, statement_id: UUID, *, reason: str) -> StatementView:
    """A statement is not paid: its lines go into the next one. Raises NotFound and StatementSettled."""
    policy.require_payer(actor)
    reason = reason_in(reason)
    statement = await _held_statement(statement_id)
    if statement.status is not StatementStatus.OPEN:
        raise errors.StatementSettled(statement.status)
    await database.execute("update partners_line set statement_id = null where statement_id = $1", statement_id)
    return await _settle(actor, statement_id, StatementStatus.CANCELLED, reason=reason)


async def _make(actor: Actor, partner_id: UUID, until: datetime) -> UUID:
    lines = await database.fetch(
        "select id, amount from partners_line where partner_id = $1 and statement_id is null and kind <> 'paid'"
        " and approved_at is not null and due_at <= $2",
        partner_id,
        until,
    )
    total = sum(line["amount"] for line in lines)
    if total <= 0:
        raise errors.NothingToPay(total)
    statement_id: UUID = await database.fetch_value(
        "insert into partners_statement"
        " (id, partner_id, number, until, total, line_count, status, created_at, created_by_id)"
        " select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, 'open', $6, $7"
        " from partners_statement where partner_id = $2 returning id",
        ids.new_id(),
        partner_id,
        until,
        total,
        len(lines),
        clock.now(),
        actor.member_id,
    )
    await database.execute(
        "update partners_line set statement_id = $1 where id = any($2)", statement_id, [line["id"] for line in lines]
    )
    return statement_id


async def _settle(
    actor: Actor,
    statement_id: UUID,
    status: StatementStatus,
    *,
    reference: str | None = None,
    reason: str | None = None,
) -> StatementView:
    row = await database.fetch_one(
        "update partners_statement set status = $2, settled_at = $3, settled_by_id = $4, reference = $5, reason = $6"
        f" where id = $1 returning {COLUMNS}",
        statement_id,
        status,
        clock.now(),
        actor.member_id,
        reference,
        reason,
    )
    assert row is not None
    return statement_of(row)


async def _held_statement(statement_id: UUID) -> StatementView:
    """The statement as it stands once its partner is held: nobody else pays or cancels it meanwhile."""
    partner_id = (await _statement(statement_id)).partner_id
    await held(partner_id)
    return await _statement(statement_id)


async def _statement(statement_id: UUID) -> StatementView:
    row = await database.fetch_one(f"select {COLUMNS} from partners_statement where id = $1", statement_id)
    if row is None:
        raise NotFound("CommissionStatement")
    return statement_of(row)
