"""From whom members received what earned them credits, for the diversity gates. The credits are in the ledger."""

from datetime import datetime
from uuid import UUID

from community import database
from community.database import transaction
from community.kernel import ids
from community.ledger.rules.transfers import Cause


@transaction()
async def receive(member_id: UUID, *, metric: str, giver_id: UUID, worth: int, at: datetime, cause: Cause) -> None:
    """Note who stands behind the credits, `worth` of them, that the ledger awards for `cause`.

    The same cause again changes nothing.
    """
    await database.execute(
        "insert into tiers_reception (id, member_id, metric, giver_id, credits, received_at, cause_kind, cause_key)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (cause_kind, cause_key) do nothing",
        ids.new_id(),
        member_id,
        metric,
        giver_id,
        worth,
        at,
        cause.kind,
        cause.key,
    )


@transaction()
async def forget_reception(cause: Cause) -> None:
    """The credits for `cause` are taken back, so nobody stands behind them any more."""
    await database.execute(
        "delete from tiers_reception where cause_kind = $1 and cause_key = $2", cause.kind, cause.key
    )
