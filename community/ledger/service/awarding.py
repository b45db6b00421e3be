"""Awards: one, or many at once with the same guarantees."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from community.access.policy import Acting, Actor
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.facts import Fact
from community.ledger import errors, facts
from community.ledger.queries import TransferView
from community.ledger.rules.accounts import AccountName, Holding
from community.ledger.rules.expiry import Lifetime
from community.ledger.rules.lots import Lot
from community.ledger.rules.transfers import LARGEST, OWN_KINDS, Cause, Currency, Transfer, TransferKind, is_amount
from community.ledger.service.journal import Journal, account, locked, names_for
from community.ledger.service.lots import default_lifetime, lot_of, pending_lot
from community.ledger.service.maturing import expire
from community.ledger.service.repeats import kept
from community.outbox import service as outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What to give to whom and why.

    It is pending until an instant, or for an event (by its key) that may never come; else active at once. Without a
    `lifetime`, points live as long as the programme says, from their activation, and credits for ever. `at` is when it
    was earned, if that was in the past: then it may be active, or have expired, by now.
    """

    member_id: UUID
    currency: Currency
    amount: int
    cause: Cause
    pending_until: datetime | None = None
    pending_for: str | None = None
    lifetime: Lifetime | None = None
    at: datetime | None = None

    def __post_init__(self) -> None:
        if not is_amount(self.amount):
            raise errors.InvalidAmount(LARGEST)
        if self.pending_until and self.pending_for:
            raise ValueError("an award waits for an instant or for an event, not for both")
        if self.cause.kind in OWN_KINDS:
            raise ValueError(f"causes of the kind {self.cause.kind} are the ledger's own")


async def award(
    member_id: UUID,
    currency: Currency,
    amount: int,
    cause: Cause,
    *,
    pending_until: datetime | None = None,
    pending_for: str | None = None,
    lifetime: Lifetime | None = None,
    at: datetime | None = None,
    actor: Actor | None = None,
) -> TransferView:
    """Give a member points or credits. The same cause again gives nothing and returns the first transfer.

    Raises InvalidAmount, and CauseReused for another amount or member under the same cause.
    """
    given = Award(
        member_id=member_id,
        currency=currency,
        amount=amount,
        cause=cause,
        pending_until=pending_until,
        pending_for=pending_for,
        lifetime=lifetime,
        at=at,
    )
    return (await award_many([given], actor=actor))[0]


@transaction()
async def award_many(awards: Sequence[Award], *, actor: Acting = None) -> list[TransferView]:
    """Give all of these, in their order; a transfer for each. A fixed number of statements, however many there are."""
    if not awards:
        return []
    now = clock.now()
    drafts = [draft(given, now, TransferKind.AWARD, Holding.ISSUANCE) for given in awards]
    transfers = [transfer for transfer, _ in drafts]
    journal, claimed = await locked(_accounts((lot for _, lot in drafts), now), now, claim=transfers)
    new = [(transfer, lot) for transfer, lot in drafts if transfer.id in claimed]
    if new:
        announced = [fact for transfer, lot in new for fact in _give(journal, transfer, lot)]
        await journal.write()
        await outbox.record_all(announced, actor=actor)
    return await kept(transfers, claimed)


def draft(given: Award, now: datetime, kind: TransferKind, source: Holding) -> tuple[Transfer, Lot]:
    """The transfer that gives it and the lot that it leaves."""
    at = given.at or now
    if at > now:
        raise ValueError("nothing is earned in the future; let it be pending")
    name = partial(account, given.member_id, given.currency)
    is_pending = given.pending_for is not None or (given.pending_until or now) > now
    transfer = Transfer(
        id=ids.new_id(),
        currency=given.currency,
        kind=kind,
        member_id=given.member_id,
        source_id=name(source).id,
        target_id=name(Holding.PENDING if is_pending else Holding.ACTIVE).id,
        amount=given.amount,
        cause=given.cause,
        effective_at=at,
        posted_at=now,
    )
    lifetime = given.lifetime or default_lifetime(given.currency)
    if is_pending:
        return transfer, pending_lot(transfer, lifetime, until=given.pending_until, event=given.pending_for)
    return transfer, lot_of(transfer, given.amount, lifetime, active_since=max(at, given.pending_until or at))


def _accounts(lots: Iterable[Lot], now: datetime) -> set[AccountName]:
    """Those that the awards touch: the expired account only of whose points have expired by now."""
    touched = set()
    for lot in lots:
        touched |= names_for([lot], Holding.ISSUANCE, Holding.ACTIVE if lot.is_active else Holding.PENDING)
        if lot.is_active and lot.has_expired(now):
            touched |= names_for([lot], Holding.EXPIRED)
    return touched


def _give(journal: Journal, transfer: Transfer, lot: Lot) -> Iterator[Fact]:
    journal.enter(transfer)
    journal.open(lot)
    yield facts.PointsAwarded(
        member_id=transfer.member_id,
        transfer_id=transfer.id,
        currency=transfer.currency,
        amount=transfer.amount,
        cause_kind=transfer.cause.kind,
        cause_key=transfer.cause.key,
        is_pending=not lot.is_active,
        expires_at=lot.expires_at,
    )
    if lot.is_active and lot.has_expired(journal.now):
        yield expire(journal, lot)
