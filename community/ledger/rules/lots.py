"""What an earning leaves behind: a lot, and in which order lots are used, taken back and given back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community.ledger.rules.expiry import Lifetime
from community.ledger.rules.transfers import Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Units that were earned together and expire together. `remaining` of `amount` are still there."""

    id: UUID
    member_id: UUID
    currency: Currency
    transfer_id: UUID
    amount: int
    remaining: int
    earned_at: datetime
    pending_for: str | None = None
    pending_until: datetime | None = None
    lifetime: Lifetime
    activated_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether it can be spent, until it expires."""
        return self.activated_at is not None

    def is_ripe(self, now: datetime) -> bool:
        """Whether it is pending and need not be any more."""
        return not self.is_active and self.pending_until is not None and self.pending_until <= now

    def has_expired(self, now: datetime) -> bool:
        """Whether its time is over, whatever remains."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Draw:
    """So much of one lot."""

    lot: Lot
    amount: int


def draw(lots: Iterable[Lot], amount: int) -> list[Draw]:
    """Take `amount` from the lots in their order, or all there is if that is less."""
    draws = []
    for lot in lots:
        taken = min(lot.remaining, amount)
        if taken:
            draws.append(Draw(lot, taken))
            amount -= taken
    return draws


def give_back(draws: Sequence[Draw], skipped: int, amount: int) -> list[Draw]:
    """What of these draws goes back when `amount` does, after `skipped` went back before. The last drawn goes first."""
    returned = []
    for drawn in reversed(draws):
        gone_back = min(drawn.amount, skipped)
        skipped -= gone_back
        part = min(drawn.amount - gone_back, amount)
        if part:
            returned.append(Draw(drawn.lot, part))
            amount -= part
    return returned


def owed(*, given: int, reversed_before: int, expired: int, expired_before: int, asked: int) -> int:
    """How much of `asked` the member still owes when an award of `given` is taken back.

    What expired unused is gone already and is never taken twice; it counts last, so that a partial refund takes what
    the member had of it. `…_before` is what earlier partial reversals dealt with.
    """
    left = given - reversed_before
    had = left - (expired - expired_before)
    return max(0, min(asked, had))
