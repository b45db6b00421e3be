"""What the ledger should do, in a page of plain Python: one thing after the other, nothing forgotten, nothing fast."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from community.ledger.rules.expiry import FOR_EVER, GIVEN_BACK, Lifetime, expires_at
from community.ledger.rules.transfers import Currency

LIFETIMES = {Currency.POINTS: Lifetime(months=12), Currency.CREDITS: FOR_EVER}


@dataclass
class ModelLot:
    """An earning."""

    id: UUID
    member: UUID
    currency: Currency
    left: int
    earned: datetime
    active_since: datetime | None
    until: datetime | None = None
    event: str | None = None
    lifetime: Lifetime = FOR_EVER
    expired: int = 0

    @property
    def ends(self) -> datetime | None:
        since = self.active_since or self.until
        return expires_at(self.lifetime, since, "UTC") if since else None


@dataclass
class Given:
    """What an award left behind, and what was taken back of it."""

    lot: ModelLot
    amount: int
    parts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    asked: int = 0
    expired: int = 0


@dataclass
class Spent:
    """What a spend drew from which lots, and how much was given back."""

    member: UUID
    draws: list[tuple[ModelLot, int]]
    amount: int
    parts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    asked: int = 0


class Insufficient(Exception):
    """There is not enough; how much there is."""


class Model:
    """The whole ledger. Every verb is given the ids that the real one made, to tell lots apart."""

    def __init__(self) -> None:
        self.lots: list[ModelLot] = []
        self.given: dict[str, Given] = {}
        self.spent: dict[str, Spent] = {}

    def pass_until(self, now: datetime) -> None:
        """Everything that is due by `now` happens."""
        for lot in self.lots:
            if lot.active_since is None and lot.until is not None and lot.until <= now:
                lot.active_since = lot.until
            if lot.active_since is not None and lot.ends is not None and lot.ends <= now:
                lot.expired += lot.left
                lot.left = 0

    def award(self, key: str, lot: ModelLot, now: datetime) -> None:
        if key not in self.given:
            self.lots.append(lot)
            self.given[key] = Given(lot, lot.left)
            self.pass_until(now)

    def spend(self, key: str, member: UUID, amount: int) -> None:
        if key in self.spent:
            return
        lots = _in_turn(x for x in self.lots if (x.member, x.currency) == (member, Currency.POINTS) and x.active_since)
        available = sum(lot.left for lot in lots)
        if available < amount:
            raise Insufficient(available)
        self.spent[key] = Spent(member, self._draw(lots, amount), amount)

    def draws_of(self, key: str) -> dict[UUID, int]:
        """What a spend took from which lot; nothing, if there was none."""
        return {lot.id: amount for lot, amount in self.spent[key].draws} if key in self.spent else {}

    def activate(self, event: str, now: datetime, held_until: datetime | None) -> int:
        waiting = [lot for lot in self.lots if lot.event == event and lot.left]
        for lot in waiting:
            lot.event, lot.until = None, held_until or now
        self.pass_until(now)
        return len(waiting)

    def reverse(self, key: str, part: str, amount: int | None, now: datetime, new_lot: UUID) -> tuple[int, int, int]:
        """Taken, expired and short. Raises KeyError for another amount of the same part, ValueError for too much."""
        done: Given | Spent = self.given.get(key) or self.spent[key]
        if part in done.parts:
            if amount not in (None, sum(done.parts[part])):
                raise KeyError(part)
            return done.parts[part]
        asked = done.amount - done.asked if amount is None else amount
        if asked > done.amount - done.asked:
            raise ValueError(asked)
        figures = (
            self._take_back(done, asked) if isinstance(done, Given) else self._give_back(done, asked, now, new_lot)
        )
        done.asked += asked
        done.parts[part] = figures
        return figures

    def balances(self, member: UUID) -> tuple[int, int, int]:
        """Points, pending points, credits."""
        points, pending, credit = 0, 0, 0
        for lot in self.lots:
            if lot.member != member:
                continue
            if lot.currency is Currency.CREDITS:
                credit += lot.left if lot.active_since else 0
            elif lot.active_since:
                points += lot.left
            else:
                pending += lot.left
        return points, pending, credit

    def _take_back(self, done: Given, asked: int) -> tuple[int, int, int]:
        lot = done.lot
        had = (done.amount - done.asked) - (lot.expired - done.expired)
        owed = max(0, min(asked, had))
        mine = _in_turn(x for x in self.lots if (x.member, x.currency) == (lot.member, lot.currency) and x is not lot)
        others = sorted(mine, key=lambda each: each.active_since is not None)
        taken = sum(amount for _, amount in self._draw([lot, *others], owed))
        done.expired += asked - owed
        return taken, asked - owed, owed - taken

    def _give_back(self, done: Spent, asked: int, now: datetime, new_lot: UUID) -> tuple[int, int, int]:
        skipped, wanted, homeless = done.asked, asked, 0
        for lot, drawn in reversed(done.draws):
            gone = min(drawn, skipped)
            skipped -= gone
            back = min(drawn - gone, wanted)
            wanted -= back
            if lot.ends is not None and lot.ends <= now:
                homeless += back
            else:
                lot.left += back
        if homeless:
            self.lots.append(
                ModelLot(
                    new_lot, done.member, Currency.POINTS, homeless, earned=now, active_since=now, lifetime=GIVEN_BACK
                )
            )
        return asked, 0, 0

    def _draw(self, lots: list[ModelLot], amount: int) -> list[tuple[ModelLot, int]]:
        draws = []
        for lot in lots:
            taken = min(lot.left, amount)
            if taken:
                lot.left -= taken
                amount -= taken
                draws.append((lot, taken))
        return draws


def _in_turn(lots: Iterable[ModelLot]) -> list[ModelLot]:
    """Points that expire soonest first; credits that were earned last first."""

    def turn(lot: ModelLot) -> tuple[float, int]:
        if lot.currency is Currency.CREDITS:
            return -lot.earned.timestamp(), -lot.id.int
        return lot.ends.timestamp() if lot.ends else float("inf"), lot.id.int

    return sorted(lots, key=turn)
