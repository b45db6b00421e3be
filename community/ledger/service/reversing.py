"""Undoing: take back exactly what was given, or give back exactly what was taken, once."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.facts import Fact
from community.ledger import errors, facts
from community.ledger.queries import ReversalView, TransferView, expired_of, reversals_of, transfers_of_cause
from community.ledger.rules import lots as rules
from community.ledger.rules.accounts import Holding
from community.ledger.rules.expiry import GIVEN_BACK
from community.ledger.rules.lots import Draw
from community.ledger.rules.transfers import LARGEST, REVERSIBLE, Cause, Currency, Transfer, TransferKind, is_amount
from community.ledger.service.holdings import lots_to_take_back
from community.ledger.service.journal import Journal, account, locked
from community.ledger.service.lots import lot_of
from community.ledger.service.maturing import TOUCHED, settle
from community.ledger.service.rows import lot_of_row
from community.outbox import service as outbox

WHOLE = ""
"""The part that is everything not yet reversed."""


@transaction()
async def reverse(cause: Cause, *, reason: str, actor: Actor | None = None) -> list[ReversalView]:
    """Undo what is left of everything that a cause moved, in each currency; nothing if it moved nothing.

    An award is taken back: first what it gave, then what is pending, then what is active, never below zero. A spend is
    given back to the lots it drew from; what has expired meanwhile comes back in a new lot with a short life.
    The same again changes nothing and returns the first reversals.
    """
    return [
        await _reverse(transfer, WHOLE, None, reason, actor)
        for transfer in await transfers_of_cause(cause)
        if transfer.kind in REVERSIBLE
    ]


@transaction()
async def reverse_part(
    currency: Currency, cause: Cause, amount: int, *, part: str, reason: str, actor: Actor | None = None
) -> ReversalView:
    """Undo so much of what a cause moved, once for each `part`, as for a refund of one of several lines.

    Raises InvalidAmount, NothingToReverse, and ReversalTooLarge when less than `amount` is left.
    """
    if not is_amount(amount):
        raise errors.InvalidAmount(LARGEST)
    for transfer in await transfers_of_cause(cause):
        if transfer.currency is currency and transfer.kind in REVERSIBLE:
            return await _reverse(transfer, part, amount, reason, actor)
    raise errors.NothingToReverse(kind=cause.kind, key=cause.key)


async def _reverse(
    transfer: TransferView, part: str, amount: int | None, reason: str, actor: Actor | None
) -> ReversalView:
    now = clock.now()
    own = {account(transfer.member_id, transfer.currency, holding) for holding in TOUCHED}
    journal, _ = await locked(own, now, also=[transfer.source_id, transfer.target_id])
    earlier = await reversals_of(transfer.id)
    if known := next((reversal for reversal in earlier if reversal.part == part), None):
        if amount not in (None, known.asked):
            raise errors.CauseReused(kind=TransferKind.REVERSAL, key=part)
        return known
    left = transfer.amount - sum(reversal.asked for reversal in earlier)
    asked = left if amount is None else amount
    if asked > left:
        raise errors.ReversalTooLarge(left=left, asked=asked)
    undoing = Undoing(transfer, part, asked, earlier)
    undo = _take_back if transfer.target_id in {name.id for name in own} else _give_back
    done = await undo(journal, undoing)
    reversal = _reversal(undoing, done, now)
    journal.undo(asdict(reversal))
    for subject_id in (reversal.id, *(moved.id for moved in done.transfers)):
        journal.note(subject_id, reason, actor.member_id if actor else None)
    await journal.write()
    announced = _reversed(transfer, reversal, returned=undo is _give_back)
    await outbox.record_all([*done.announced, announced], actor=actor)
    return reversal


@dataclass(frozen=True, slots=True)
class Undoing:
    """What is being undone: so much of a transfer, after these earlier reversals."""

    transfer: TransferView
    part: str
    asked: int
    earlier: list[ReversalView]

    @property
    def asked_before(self) -> int:
        """How much of the transfer is undone already."""
        return sum(reversal.asked for reversal in self.earlier)

    def key(self, what: str) -> str:
        """A name for a transfer of this reversal: the same reversal can never make it twice."""
        return f"{self.transfer.id}:{self.part}:{what}"


@dataclass(frozen=True, slots=True)
class Undone:
    """The transfers that undid it, how much had expired by itself, and what was due and happened before."""

    transfers: list[Transfer]
    expired: int = 0
    announced: list[Fact] = field(default_factory=list)


async def _take_back(journal: Journal, undoing: Undoing) -> Undone:
    """From what the award gave, then what is pending, then what is active."""
    given = undoing.transfer
    lots = await lots_to_take_back(given.member_id, given.currency, undoing.asked, journal.now, given_by=given.id)
    settled = settle(journal, lots)
    owed = rules.owed(
        given=given.amount,
        reversed_before=undoing.asked_before,
        expired=await expired_of(given.id) + settled.expired_of(given.id),
        expired_before=sum(reversal.expired for reversal in undoing.earlier),
        asked=undoing.asked,
    )
    draws = rules.draw(settled.lots, owed)
    transfers = []
    for holding in (Holding.PENDING, Holding.ACTIVE):
        drawn = [d for d in draws if d.lot.is_active is (holding is Holding.ACTIVE)]
        if drawn:
            transfer = _post(journal, undoing, sum(d.amount for d in drawn), holding, given.source_id)
            transfers.append(transfer)
            for d in drawn:
                journal.take(d, transfer)
    return Undone(transfers, expired=undoing.asked - owed, announced=settled.announced)


async def _give_back(journal: Journal, undoing: Undoing) -> Undone:
    """To the lots that the spend drew from; what expired meanwhile lives on for a short while."""
    if not undoing.asked:
        return Undone([])
    taken = undoing.transfer
    draws = [Draw(lot_of_row(row), row["drawn"]) for row in await database.fetch(_DRAWS, taken.id)]
    transfer = _post(journal, undoing, undoing.asked, taken.target_id, Holding.ACTIVE)
    homeless = 0
    for draw in rules.give_back(draws, undoing.asked_before, undoing.asked):
        if draw.lot.has_expired(journal.now):
            homeless += draw.amount
        else:
            journal.take(Draw(draw.lot, -draw.amount), transfer)
    if homeless:
        journal.open(lot_of(transfer, homeless, GIVEN_BACK))
    return Undone([transfer])


_DRAWS = """
    select lot.*, draw.amount as drawn from ledger_draw draw join ledger_lot lot on lot.id = draw.lot_id
    where draw.transfer_id = $1 order by draw.id
"""


def _post(journal: Journal, undoing: Undoing, amount: int, source: UUID | Holding, target: UUID | Holding) -> Transfer:
    undone = undoing.transfer
    return journal.post(
        TransferKind.REVERSAL,
        undone.member_id,
        undone.currency,
        amount,
        source=source,
        target=target,
        key=undoing.key(source if isinstance(source, Holding) else "back"),
        effective_at=journal.now,
        reverses_id=undone.id,
    )


def _reversal(undoing: Undoing, done: Undone, now: datetime) -> ReversalView:
    taken = sum(moved.amount for moved in done.transfers)
    return ReversalView(
        id=ids.new_id(),
        reversed_id=undoing.transfer.id,
        part=undoing.part,
        asked=undoing.asked,
        taken=taken,
        expired=done.expired,
        short=undoing.asked - done.expired - taken,
        reversed_at=now,
    )


def _reversed(transfer: TransferView, reversal: ReversalView, *, returned: bool) -> facts.PointsReversed:
    return facts.PointsReversed(
        member_id=transfer.member_id,
        transfer_id=transfer.id,
        currency=transfer.currency,
        returned=returned,
        taken=reversal.taken,
        expired=reversal.expired,
        short=reversal.short,
    )
