"""What happens to lots by time or by an event: pending becomes active, active expires."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from community import database
from community.database import transaction
from community.kernel import clock
from community.kernel.facts import Fact
from community.ledger import facts
from community.ledger.rules.accounts import Holding
from community.ledger.rules.lots import Draw, Lot
from community.ledger.rules.transfers import TransferKind
from community.ledger.service.journal import Journal, locked, names_for
from community.ledger.service.lots import end_of
from community.ledger.service.rows import lot_of_row
from community.outbox import service as outbox

TOUCHED = (Holding.ACTIVE, Holding.PENDING, Holding.EXPIRED)
"""The holdings between which time moves units."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Lots after what was due on them, without those that are gone, and what is to be announced."""

    lots: list[Lot] = field(default_factory=list)
    expired: list[Lot] = field(default_factory=list)
    announced: list[Fact] = field(default_factory=list)

    def expired_of(self, transfer_id: UUID) -> int:
        """How much of what that transfer gave has just expired."""
        return sum(lot.remaining for lot in self.expired if lot.transfer_id == transfer_id)


@transaction()
async def activate(event_key: str, *, held_until: datetime | None = None) -> int:
    """The event that awards are pending for has come: they become active, or wait on until `held_until`.

    Returns how many lots that concerns. The same event again finds none.
    """
    now = clock.now()
    waiting = await _lots("pending_for = $1 and remaining > 0", event_key)
    if not waiting:
        return 0
    journal, _ = await locked(names_for(waiting, *TOUCHED), now)
    lots = [lot for lot in await _again(waiting) if lot.pending_for == event_key and lot.remaining]
    released = [_released(journal, lot, held_until or now) for lot in lots]
    announced = settle(journal, released).announced
    await journal.write()
    await outbox.record_all(announced)
    return len(lots)


@transaction()
async def settle_due(limit: int = 500) -> int:
    """Activate and expire up to `limit` lots whose time has come; how many there were."""
    now = clock.now()
    due = await _lots(f"{DUE_AT} <= $1 and remaining > 0 order by {DUE_AT} limit $2", now, limit)
    if due:
        journal, _ = await locked(names_for(due, *TOUCHED), now)
        announced = settle(journal, await _again(due)).announced
        await journal.write()
        await outbox.record_all(announced)
    return len(due)


DUE_AT = "(case when activated_at is null then pending_until else expires_at end)"
"""When the next thing happens to a lot by time."""


def settle(journal: Journal, lots: Iterable[Lot]) -> Settled:
    """Let what is due on these lots happen, whenever the clockwork last came by."""
    settled = Settled()
    for lot in lots:
        if lot.remaining and lot.is_ripe(journal.now):
            lot = _activate(journal, lot, settled.announced)
        if lot.remaining and lot.is_active and lot.has_expired(journal.now):
            settled.announced.append(expire(journal, lot))
            settled.expired.append(lot)
        elif lot.remaining:
            settled.lots.append(lot)
    return settled


def expire(journal: Journal, lot: Lot) -> Fact:
    """What is left of a lot goes, as of the instant at which it expired."""
    assert lot.expires_at is not None, "only what expires can have expired"
    transfer = journal.post(
        TransferKind.EXPIRY,
        lot.member_id,
        lot.currency,
        lot.remaining,
        source=Holding.ACTIVE,
        target=Holding.EXPIRED,
        key=str(lot.id),
        effective_at=lot.expires_at,
    )
    journal.take(Draw(lot, lot.remaining), transfer)
    return facts.PointsExpired(
        member_id=lot.member_id,
        transfer_id=transfer.id,
        currency=lot.currency,
        amount=lot.remaining,
        lot_id=lot.id,
    )


def _activate(journal: Journal, lot: Lot, announced: list[Fact]) -> Lot:
    transfer = journal.post(
        TransferKind.ACTIVATION,
        lot.member_id,
        lot.currency,
        lot.remaining,
        source=Holding.PENDING,
        target=Holding.ACTIVE,
        key=str(lot.id),
        effective_at=lot.pending_until or journal.now,
    )
    active = replace(lot, activated_at=lot.pending_until)
    journal.change(active)
    announced.append(
        facts.PointsActivated(
            member_id=lot.member_id,
            transfer_id=transfer.id,
            currency=lot.currency,
            amount=lot.remaining,
            expires_at=lot.expires_at,
        )
    )
    return active


def _released(journal: Journal, lot: Lot, until: datetime) -> Lot:
    """A lot that waited for an event, and now waits for an instant."""
    released = replace(lot, pending_for=None, pending_until=until, expires_at=end_of(lot.lifetime, until))
    journal.change(released)
    return released


async def _lots(condition: str, *args: object) -> list[Lot]:
    return [lot_of_row(row) for row in await database.fetch(f"select * from ledger_lot where {condition}", *args)]


async def _again(lots: Sequence[Lot]) -> list[Lot]:
    """The same lots as they are now that their accounts are locked."""
    return await _lots("id = any($1) order by id", [lot.id for lot in lots])
