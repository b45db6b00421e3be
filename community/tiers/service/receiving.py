"""Who stands behind credits: what members received from others, for the diversity gates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.database import transaction
from community.kernel import ids
from community.ledger.rules.transfers import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """That `giver_id` stands behind the credits, `worth` of them, that the ledger awards `member_id` for `cause`."""

    member_id: UUID
    metric: str
    giver_id: UUID
    worth: int
    at: datetime
    cause: Cause


@transaction()
async def receive_many(receptions: Sequence[Reception]) -> None:
    """Note who stands behind credits. The same causes again change nothing. One statement."""
    await database.execute(
        "insert into tiers_reception (id, member_id, metric, giver_id, credits, received_at, cause_kind, cause_key)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::timestamptz[],"
        " $7::text[], $8::text[]) on conflict (cause_kind, cause_key) do nothing",
        [ids.new_id() for _ in receptions],
        [each.member_id for each in receptions],
        [each.metric for each in receptions],
        [each.giver_id for each in receptions],
        [each.worth for each in receptions],
        [each.at for each in receptions],
        [each.cause.kind for each in receptions],
        [each.cause.key for each in receptions],
    )


@transaction()
async def forget_receptions(causes: Sequence[Cause]) -> None:
    """The credits for these causes are taken back, so nobody stands behind them any more. One statement."""
    await database.execute(
        "delete from tiers_reception r using unnest($1::text[], $2::text[]) cause(kind, key)"
        " where r.cause_kind = cause.kind and r.cause_key = cause.key",
        [cause.kind for cause in causes],
        [cause.key for cause in causes],
    )
