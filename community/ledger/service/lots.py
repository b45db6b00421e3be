"""Making lots: active at once or pending, each with the life that the programme gives it."""

from datetime import datetime

from community.kernel import ids
from community.ledger.rules.expiry import FOR_EVER, Lifetime, expires_at
from community.ledger.rules.lots import Lot
from community.ledger.rules.transfers import Currency, Transfer
from community.settings import settings


def lot_of(transfer: Transfer, amount: int, lifetime: Lifetime, *, active_since: datetime | None = None) -> Lot:
    """What a transfer left, active since then; since the transfer counts, unless told."""
    since = active_since or transfer.effective_at
    return Lot(
        id=ids.new_id(),
        member_id=transfer.member_id,
        currency=transfer.currency,
        transfer_id=transfer.id,
        amount=amount,
        remaining=amount,
        earned_at=transfer.effective_at,
        lifetime=lifetime,
        activated_at=since,
        expires_at=end_of(lifetime, since),
    )


def pending_lot(transfer: Transfer, lifetime: Lifetime, *, until: datetime | None, event: str | None) -> Lot:
    """What a transfer left, to be active from an instant or an event on. Only the instant tells when it expires."""
    return Lot(
        id=ids.new_id(),
        member_id=transfer.member_id,
        currency=transfer.currency,
        transfer_id=transfer.id,
        amount=transfer.amount,
        remaining=transfer.amount,
        earned_at=transfer.effective_at,
        pending_for=event,
        pending_until=until,
        lifetime=lifetime,
        expires_at=end_of(lifetime, until) if until else lifetime.until,
    )


def default_lifetime(currency: Currency) -> Lifetime:
    """What the programme says: points live some months, credits are counted by period and do not expire."""
    return Lifetime(months=settings().points_lifetime_months) if currency is Currency.POINTS else FOR_EVER


def end_of(lifetime: Lifetime, activated_at: datetime) -> datetime | None:
    """When a lot that is active from then on expires, in the programme's time zone."""
    return expires_at(lifetime, activated_at, settings().time_zone)
