"""What members have: points to spend, points to come, what expires next, credits."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, partial
from typing import NamedTuple
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.kernel import ids
from community.kernel.along import NOTHING, NOW, VIEWER, Along, Companion, Given
from community.ledger import policy
from community.ledger.rules.accounts import AccountName, Holding
from community.ledger.rules.transfers import Currency


class BalanceView(NamedTuple):
    """What a member has at an instant. What was due by then has happened, whether or not it is written yet."""

    points: int = 0
    pending: int = 0
    credits: int = 0
    expiring: int = 0
    expiring_at: datetime | None = None
    """When the next points expire; `expiring` is how many of them that will be."""


async def balances_of(member_ids: Iterable[UUID], now: datetime, along: Along = NOTHING) -> dict[UUID, BalanceView]:
    """What each of these members has at `now`; nothing, for whom the ledger does not know.

    One statement; none for those whose balance came along as `BESIDE`.
    """

    async def read(missing: list[UUID]) -> dict[UUID, BalanceView]:
        accounts = zip(*map(_accounts_of, missing), strict=True)
        rows = await database.fetch(_BALANCES, missing, *map(list, accounts), now)
        return {row["member_id"]: BalanceView(*row[1:]) for row in rows}

    return await along.found(BESIDE, member_ids, read)


@lru_cache(10_000)
def _accounts_of(member_id: UUID) -> tuple[UUID, UUID, UUID]:
    """The ids of the accounts that make up a balance: points, points to come, credits."""
    name = partial(AccountName.of, member_id)
    return (
        ids.of(name(Currency.POINTS, Holding.ACTIVE).id),
        ids.of(name(Currency.POINTS, Holding.PENDING).id),
        ids.of(name(Currency.CREDITS, Holding.ACTIVE).id),
    )


async def balances_seen_by(actor: Actor, member_ids: Iterable[UUID], now: datetime) -> dict[UUID, BalanceView]:
    """The same for those whose balance the actor may know; the others are missing."""
    readable = [member_id for member_id in member_ids if policy.can_read(actor, member_id)]
    return await balances_of(readable, now) if readable else {}


WANTED = ("member_id", "points", "pending", "credits")

HAD = (
    "(coalesce(points.balance, 0) + due.points)::bigint",
    "(coalesce(pending.balance, 0) - due.pending)::bigint",
    "(coalesce(credits.balance, 0) + due.credits)::bigint",
    "coalesce(next.expiring, 0)::bigint",
    "next.expires_at",
)
"""The fields of a `BalanceView`."""

_DUE = "case when lot.activated_at is null then lot.pending_until else lot.expires_at end <= {now}"
_GONE = "lot.expires_at <= {now}"

# The accounts say what is written. The few lots that are due correct it by what the clockwork has not come by to write.
_FROM = f"""
    {{wanted}}
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
        and lot.expires_at > {{now}} and (lot.activated_at is not null or lot.pending_until <= {{now}})
        group by lot.expires_at order by lot.expires_at limit 1
    ) next on true
"""


def _of_one(_: str, *names: str) -> str:
    *ids, now = names
    wanted = ", ".join(f"{id}::uuid as {name}" for id, name in zip(ids, WANTED, strict=True))
    return _FROM.format(wanted=f"(select {wanted}) wanted", now=f"{now}::timestamptz")


def _account(place: int) -> Given:
    return lambda asking: _accounts_of(asking.member_id)[place]


BESIDE: Companion[BalanceView] = Companion(
    _of_one,
    BalanceView,
    HAD,
    (VIEWER, _account(0), _account(1), _account(2), NOW),
)
"""What who asks has, for the statement of another area about them alone."""

_EACH = f"unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) as wanted({', '.join(WANTED)})"
_BALANCES = f"select wanted.member_id, {', '.join(HAD)} from {_FROM.format(wanted=_EACH, now='$5')}"
