"""The same cause twice is one transfer: what a second caller gets."""

from collections.abc import Collection, Mapping, Sequence

from community.ledger import errors
from community.ledger.queries import TransferView, transfers_by_cause
from community.ledger.rules.transfers import Cause, Currency, Transfer


async def kept(transfers: Sequence[Transfer], claimed: Collection[object]) -> list[TransferView]:
    """Each transfer as it is in the ledger: itself where it was claimed, else the first one with its cause.

    Raises CauseReused where the first one had another amount, kind or member.
    """
    repeated = [(t.currency, t.cause) for t in transfers if t.id not in claimed]
    known = await transfers_by_cause(repeated) if repeated else {}
    return [TransferView.of(t) if t.id in claimed else _first(known, t) for t in transfers]


def _first(known: Mapping[tuple[Currency, str, str], TransferView], transfer: Transfer) -> TransferView:
    cause: Cause = transfer.cause
    first = known[transfer.currency, cause.kind, cause.key]
    if (first.kind, first.member_id, first.amount) != (transfer.kind, transfer.member_id, transfer.amount):
        raise errors.CauseReused(kind=cause.kind, key=cause.key)
    return first
