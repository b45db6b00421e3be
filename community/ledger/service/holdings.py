"""A member's lots, read while their accounts are locked: what is due on them first, then those that an amount needs."""

from datetime import datetime
from uuid import UUID

from community import database
from community.ledger.rules.lots import Lot
from community.ledger.rules.transfers import Currency
from community.ledger.service.rows import lot_of_row

ORDERS = {
    # Whoever corrects credits means those that count at present.
    Currency.CREDITS: "earned_at desc, id desc",
    Currency.POINTS: "expires_at nulls last, id",
}
"""In which order lots are drawn."""


async def lots_to_spend(member_id: UUID, currency: Currency, amount: int, now: datetime) -> list[Lot]:
    """Those to spend, in order: enough for `amount` if there is enough, and all whose time has come."""
    return await _needed(member_id, currency, amount, now, None)


async def lots_to_take_back(
    member_id: UUID, currency: Currency, amount: int, now: datetime, *, given_by: UUID
) -> list[Lot]:
    """The same, after what that transfer gave and after all that is pending."""
    return await _needed(member_id, currency, amount, now, given_by)


async def _needed(member_id: UUID, currency: Currency, amount: int, now: datetime, given_by: UUID | None) -> list[Lot]:
    rows = await database.fetch(_NEEDED.format(order=ORDERS[currency]), member_id, currency, amount, now, given_by)
    return [lot_of_row(row) for row in rows]


_ALIVE = "(expires_at is null or expires_at > $4)"
_USABLE = "(activated_at is not null or coalesce(pending_until <= $4, false))"

# `before` is what lots of an earlier turn hold that have not expired: where it covers the amount, no more are needed.
_NEEDED = f"""
    select * from (
        select *, row_number() over turn as place,
            coalesce(sum(remaining) filter (where {_ALIVE}) over turn, 0)
            - case when {_ALIVE} then remaining else 0 end as before
        from ledger_lot
        where member_id = $1 and currency = $2 and remaining > 0
        and ({_USABLE} or $5::uuid is not null)
        window turn as (
            order by transfer_id is distinct from $5, $5 is not null and {_USABLE}, {{order}}
            rows unbounded preceding
        )
    ) lot
    where before < $3 or not {_ALIVE}
    order by place
"""
