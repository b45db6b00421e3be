"""What counts for the spend track: contributions, and what is withdrawn of them. Call `recompute` after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.database import transaction
from community.kernel import clock, ids
from community.ledger import errors
from community.ledger.rules.transfers import LARGEST, LONGEST_KEY, Cause, is_amount

WITHDRAWAL = "withdrawal"
"""The kind of cause of what is taken back."""

LONGEST_PART = LONGEST_KEY - 40
"""A withdrawal's key holds an id and the part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """So many minor units of money, spent at an instant that is not in the future."""

    member_id: UUID
    amount: int
    at: datetime
    cause: Cause

    def __post_init__(self) -> None:
        if not is_amount(self.amount):
            raise errors.InvalidAmount(LARGEST)
        if self.cause.kind == WITHDRAWAL:
            raise ValueError("causes of this kind are our own")


async def contribute(member_id: UUID, amount: int, *, at: datetime, cause: Cause) -> bool:
    """Count what a member spent. The same cause again counts nothing; whether it was new.

    Raises the ledger's InvalidAmount, and CauseReused for another amount or member under the same cause.
    """
    return await contribute_many([Contribution(member_id=member_id, amount=amount, at=at, cause=cause)]) == 1


@transaction()
async def contribute_many(contributions: Sequence[Contribution]) -> int:
    """Count all of these; how many were new. One statement, two when some were not."""
    now = clock.now()
    if any(each.at > now for each in contributions):
        raise ValueError("nothing was spent in the future")
    first: dict[tuple[str, str], Contribution] = {}
    for each in contributions:
        _check_same(first.setdefault((each.cause.kind, each.cause.key), each), each.member_id, each.amount)
    wanted = list(first.values())
    new = await database.fetch(
        "insert into tiers_contribution (id, member_id, amount, counts_at, cause_kind, cause_key, recorded_at)"
        " select *, $7 from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[])"
        " on conflict (cause_kind, cause_key) do nothing returning cause_kind, cause_key",
        [ids.new_id() for _ in wanted],
        [each.member_id for each in wanted],
        [each.amount for each in wanted],
        [each.at for each in wanted],
        [each.cause.kind for each in wanted],
        [each.cause.key for each in wanted],
        now,
    )
    repeated = first.keys() - {(row["cause_kind"], row["cause_key"]) for row in new}
    if repeated:
        await _check_repeats([first[cause] for cause in repeated])
    return len(new)


@transaction()
async def withdraw(cause: Cause, amount: int | None = None, *, part: str = "") -> int:
    """Take back a part of what a cause counted, or all that is left of it; how much. Once for each `part`.

    It counts when the contribution did, so the period that it was for has the right number.

    Raises the ledger's InvalidAmount, NothingToReverse, ReversalTooLarge, and CauseReused for another amount under the
    same part.
    """
    if amount is not None and not is_amount(amount):
        raise errors.InvalidAmount(LARGEST)
    if len(part) > LONGEST_PART:
        raise ValueError(f"a part is named by at most {LONGEST_PART} characters")
    given = await database.fetch_one(
        "select id, member_id, amount, counts_at from tiers_contribution"
        " where cause_kind = $1 and cause_key = $2 for no key update",
        cause.kind,
        cause.key,
    )
    if given is None:
        raise errors.NothingToReverse(kind=cause.kind, key=cause.key)
    taken = await database.fetch("select part, amount from tiers_contribution where withdraws_id = $1", given["id"])
    if known := next((-row["amount"] for row in taken if row["part"] == part), None):
        if amount not in (None, known):
            raise errors.CauseReused(kind=WITHDRAWAL, key=part)
        return int(known)
    left: int = given["amount"] + sum(row["amount"] for row in taken)
    asked = left if amount is None else amount
    if asked > left:
        raise errors.ReversalTooLarge(left=left, asked=asked)
    if asked:
        await _take_back(given["id"], given["member_id"], asked, given["counts_at"], part)
    return asked


async def _take_back(given_id: UUID, member_id: UUID, amount: int, counts_at: datetime, part: str) -> None:
    await database.execute(
        "insert into tiers_contribution"
        " (id, member_id, amount, counts_at, cause_kind, cause_key, withdraws_id, part, recorded_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        ids.new_id(),
        member_id,
        -amount,
        counts_at,
        WITHDRAWAL,
        f"{given_id}:{part}",
        given_id,
        part,
        clock.now(),
    )


async def _check_repeats(repeated: Sequence[Contribution]) -> None:
    rows = await database.fetch(
        "select c.member_id, c.amount, c.cause_kind, c.cause_key from unnest($1::text[], $2::text[]) cause(kind, key)"
        " join tiers_contribution c on c.cause_kind = cause.kind and c.cause_key = cause.key",
        [each.cause.kind for each in repeated],
        [each.cause.key for each in repeated],
    )
    known = {(row["cause_kind"], row["cause_key"]): row for row in rows}
    for each in repeated:
        row = known[each.cause.kind, each.cause.key]
        _check_same(each, row["member_id"], row["amount"])


def _check_same(contribution: Contribution, member_id: UUID, amount: int) -> None:
    if (contribution.member_id, contribution.amount) != (member_id, amount):
        raise errors.CauseReused(kind=contribution.cause.kind, key=contribution.cause.key)
