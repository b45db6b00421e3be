"""Corrections by hand."""

from dataclasses import replace
from uuid import UUID

from community.access.policy import Actor, Permission, require
from community.database import transaction
from community.idempotency import service as idempotency
from community.idempotency.service import Result
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.kernel.text import reason_in
from community.ledger import errors, facts
from community.ledger.queries import TransferView, transfer_by_id
from community.ledger.rules.accounts import Holding
from community.ledger.rules.transfers import LARGEST, Cause, Currency, TransferKind, is_amount
from community.ledger.service.awarding import Award, draft
from community.ledger.service.journal import account, locked
from community.ledger.service.maturing import TOUCHED
from community.ledger.service.spending import take
from community.members import errors as members_errors
from community.members import queries as members
from community.outbox import service as outbox


@transaction()
async def adjust(
    actor: Actor, member_id: UUID, currency: Currency, amount: int, *, reason: str, idempotency_key: str
) -> TransferView:
    """Staff give a member something, or take it with an amount below zero, and say why. The same key does it once.

    Raises NotFound, InvalidAmount, InvalidReason, InsufficientPoints, members' CannotTargetSelf, and
    idempotency's problems.
    """
    require(actor, Permission.LEDGER_ADJUST)
    if not is_amount(abs(amount)):
        raise errors.InvalidAmount(LARGEST)
    reason = reason_in(reason)
    if member_id == actor.member_id:
        raise members_errors.CannotTargetSelf
    if await members.one(member_id) is None:
        raise NotFound("Member")

    async def run() -> Result:
        return {"transfer_id": str(await _adjust(actor, member_id, currency, amount, reason))}

    asked = {"member_id": member_id, "currency": currency, "amount": amount, "reason": reason}
    done = await idempotency.once(f"ledger.adjust:{actor.member_id}", idempotency_key, asked, run)
    return await transfer_by_id(UUID(done["transfer_id"]))


async def _adjust(actor: Actor, member_id: UUID, currency: Currency, amount: int, reason: str) -> UUID:
    now = clock.now()
    names = {account(member_id, currency, holding) for holding in (*TOUCHED, Holding.ADJUSTMENTS)}
    given = Award(
        member_id=member_id, currency=currency, amount=abs(amount), cause=Cause("adjustment", str(ids.new_id()))
    )
    transfer, lot = draft(given, now, TransferKind.ADJUSTMENT, Holding.ADJUSTMENTS)
    if amount < 0:
        transfer = replace(transfer, source_id=transfer.target_id, target_id=transfer.source_id)
    journal, _ = await locked(names, now, claim=[transfer])
    if amount < 0:
        announced = await take(journal, transfer)
    else:
        journal.enter(transfer)
        journal.open(lot)
        announced = []
    journal.note(transfer.id, reason, actor.member_id)
    await journal.write()
    adjusted = facts.PointsAdjusted(member_id=member_id, transfer_id=transfer.id, currency=currency, amount=amount)
    await outbox.record_all([*announced, adjusted], actor=actor)
    return transfer.id
