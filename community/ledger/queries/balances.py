"""What members have: points to spend, points to come, what expires next, credits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.ledger import policy
from community.ledger.rules.accounts import AccountName, Holding
from community.ledger.rules.transfers import Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceView:
    """What a member has at an instant. What was due by then has happened, whether or not it is written yet."""

    points: int = 0
    pending: int = 0
    credits: int = 0
    expiring: int = 0
    expiring_at: datetime | None = None
    """When the next points expire; `expiring` is how many of them that will be."""


async def balances_of(member_ids: Iterable[UUID], now: datetime) -> dict[UUID, BalanceView]:
    """What each of these members has at `now`; nothing, for whom the ledger does not know. One statement."""
    wanted = list(dict.fromkeys(member_ids))
    accounts = {
        (currency, holding): [AccountName.of(member_id, currency, holding).id for member_id in wanted]
        for currency in Currency
        for holding in (Holding.ACTIVE, Holding.PENDING)
    }
    rows = await database.fetch(
        _BALANCES,
        wanted,
        accounts[Currency.POINTS, Holding.ACTIVE],
        accounts[Currency.POINTS, Holding.PENDING],
        accounts[Currency.CREDITS, Holding.ACTIVE],
        now,
    )
    return {row["member_id"]: BalanceView(**{k: v for k, v in row.items() if k != "member_id"}) for row in rows}


async def balances_seen_by(actor: Actor, member_ids: Iterable[UUID], now: datetime) -> dict[UUID, BalanceView]:
    """The same for those whose balance the actor may know; the others are missing."""
    readable = [member_id for member_id in member_ids if policy.can_read(actor, member_id)]
    return await balances_of(readable, now) if readable else {}


_DUE = "case when lot.activated_at is null then lot.pending_until else lot.expires_at end <= $5"
_GONE = "lot.expires_at <= $5"

# The accounts say what is written. The few lots that are due correct it by what the clockwork has not come by to write.
_BALANCES = f"""
    select wanted.member_id,
        (coalesce(points.balance, 0) + due.points)::bigint as points,
        (coalesce(pending.balance, 0) - due.pending)::bigint as pending,
        (coalesce(credits.balance, 0) + due.credits)::bigint as credits,
        coalesce(next.expiring, 0)::bigint as expiring,
        next.expires_at as expiring_at
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) as wanted(member_id, points, pending, credits)
    left join ledger_account points on points.id = wanted.points
    left join ledger_account pending on pending.id = wanted.pending
    left join ledger_account credits on credits.id = wanted.credits
    cross join lateral (
        select
            coalesce(sum(change) filter (where currency = 'points'), 0) as points,
            coalesce(sum(change) filter (where currency = 'credits'), 0) as credits,
            coalesce(sum(remaining) filter (where currency = 'points' and is_pending), 0) as pending
        from (
            select lot.currency, lot.remaining, lot.activated_at is null as is_pending,
                case when lot.activated_at is null and {_GONE} then 0 when {_GONE} then -lot.remaining
                    else lot.remaining end as change
            from ledger_lot lot where lot.member_id = wanted.member_id and lot.remaining > 0 and {_DUE}
        ) lot
    ) due
    left join lateral (
        select lot.expires_at, sum(lot.remaining) as expiring from ledger_lot lot
        where lot.member_id = wanted.member_id and lot.currency = 'points' and lot.remaining > 0
        and lot.expires_at > $5 and (lot.activated_at is not null or lot.pending_until <= $5)
        group by lot.expires_at order by lot.expires_at limit 1
    ) next on true
"""
