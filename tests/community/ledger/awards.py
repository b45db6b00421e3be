"""Builders of the ledger's tests: a member who is known to nobody else, and awards that name only what matters."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.kernel import clock
from community.kernel.errors import TooBusy
from community.kernel.ids import new_id
from community.ledger import queries
from community.ledger import service as ledger
from community.ledger.queries import BalanceView, TransferView
from community.ledger.rules.expiry import Lifetime
from community.ledger.rules.transfers import Cause, Currency
from community.ledger.service import Award

_numbers = count(1)


def somebody() -> UUID:
    """A member's id. The ledger asks for no more."""
    return new_id()


def a_cause(kind: str = "visit") -> Cause:
    """One that nothing had before."""
    return Cause(kind, f"{next(_numbers)}")


async def give(member_id: UUID, amount: int, *, until: datetime | None = None, **options: Any) -> TransferView:
    """Points for a new cause; with `until`, those that expire then."""
    options.setdefault("cause", a_cause())
    if until:
        options["lifetime"] = Lifetime(until=until)
    return await ledger.award(member_id, options.pop("currency", Currency.POINTS), amount, **options)


async def spend(member_id: UUID, amount: int, cause: Cause | None = None) -> TransferView:
    """On a reward, for a new cause."""
    return await ledger.spend(member_id, amount, cause or a_cause("redemption"), purpose="reward")


async def crowd(attempts: Iterable[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """What comes of all of them at once, refusals too. Who is told that the server is busy tries again, as apps do."""
    return await asyncio.gather(*map(_insist, attempts), return_exceptions=True)


async def _insist(attempt: Callable[[], Awaitable[Any]]) -> Any:
    while True:
        try:
            return await attempt()
        except TooBusy:
            continue


def an_award(member_id: UUID, amount: int) -> Award:
    """Points for a new cause, as one of many."""
    return Award(member_id=member_id, currency=Currency.POINTS, amount=amount, cause=a_cause())


async def balance(member_id: UUID) -> BalanceView:
    """What a member has now."""
    return (await queries.balances_of([member_id], clock.now()))[member_id]


async def remaining(transfer: TransferView) -> int | None:
    """What is left of the lot that an award opened; None without one."""
    return await database.fetch_value("select remaining from ledger_lot where transfer_id = $1", transfer.id)


async def announced(kind: str) -> list[dict[str, Any]]:
    """The payloads of the facts of one type, in the order in which they were recorded."""
    rows = await database.fetch("select payload::text from outbox_fact where type = $1 order by arrival", kind)
    return [orjson.loads(row["payload"]) for row in rows]


async def broken() -> dict[str, str]:
    """The promises of the ledger that are not kept."""
    return {promise: row for promise, row in (await ledger.reconcile()).broken.items() if row}
