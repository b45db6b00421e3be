"""Spending points."""

from datetime import datetime
from uuid import UUID

from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.facts import Fact
from community.ledger import errors, facts
from community.ledger.queries import TransferView
from community.ledger.rules.accounts import Holding
from community.ledger.rules.lots import draw
from community.ledger.rules.transfers import LARGEST, OWN_KINDS, Cause, Currency, Transfer, TransferKind, is_amount
from community.ledger.service.holdings import lots_to_spend
from community.ledger.service.journal import Journal, account, locked
from community.ledger.service.maturing import TOUCHED, settle
from community.ledger.service.repeats import kept
from community.members import service as members
from community.members.rules import Ability
from community.outbox import service as outbox


@transaction()
async def spend(
    member_id: UUID, amount: int, cause: Cause, *, purpose: str, actor: Actor | None = None
) -> TransferView:
    """A member pays with points, those that expire soonest first. The same cause again takes nothing more.

    Raises InvalidAmount, InsufficientPoints, CauseReused, and members' MayNotSpend.
    """
    if not is_amount(amount):
        raise errors.InvalidAmount(LARGEST)
    if cause.kind in OWN_KINDS:
        raise ValueError(f"causes of the kind {cause.kind} are the ledger's own")
    now = clock.now()
    transfer = _spending(member_id, amount, cause, purpose=purpose, now=now)
    names = {account(member_id, Currency.POINTS, holding) for holding in (*TOUCHED, Holding.SPENT)}
    journal, claimed = await locked(names, now, claim=[transfer])
    if claimed:
        await members.require_ability(member_id, Ability.SPEND, now)
        was_due = await take(journal, transfer)
        await journal.write()
        await outbox.record_all([*was_due, _spent(transfer, purpose)], actor=actor)
    return (await kept([transfer], claimed))[0]


async def take(journal: Journal, transfer: Transfer) -> list[Fact]:
    """Enter a transfer out of a member's active account, and draw it from their lots. What was due on them comes first.

    Returns what was due, to be announced. Raises InsufficientPoints.
    """
    lots = await lots_to_spend(transfer.member_id, transfer.currency, transfer.amount, journal.now)
    settled = settle(journal, lots)
    draws = draw(settled.lots, transfer.amount)
    available = sum(drawn.amount for drawn in draws)
    if available < transfer.amount:
        raise errors.InsufficientPoints(balance=available, needed=transfer.amount)
    journal.enter(transfer)
    for drawn in draws:
        journal.take(drawn, transfer)
    return settled.announced


def _spending(member_id: UUID, amount: int, cause: Cause, *, purpose: str, now: datetime) -> Transfer:
    return Transfer(
        id=ids.new_id(),
        currency=Currency.POINTS,
        kind=TransferKind.SPEND,
        member_id=member_id,
        source_id=account(member_id, Currency.POINTS, Holding.ACTIVE).id,
        target_id=account(member_id, Currency.POINTS, Holding.SPENT).id,
        amount=amount,
        cause=cause,
        purpose=purpose,
        effective_at=now,
        posted_at=now,
    )


def _spent(transfer: Transfer, purpose: str) -> facts.PointsSpent:
    return facts.PointsSpent(
        member_id=transfer.member_id,
        transfer_id=transfer.id,
        currency=transfer.currency,
        amount=transfer.amount,
        cause_kind=transfer.cause.kind,
        cause_key=transfer.cause.key,
        purpose=purpose,
    )
