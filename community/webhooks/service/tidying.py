"""Forgetting what nobody looks up any more."""

from datetime import timedelta

from community import database
from community.database import transaction
from community.kernel import clock


@transaction()
async def forget_deliveries(retention: timedelta, limit: int = 1_000) -> int:
    """Forget up to `limit` deliveries settled longer ago than `retention`, with their attempts; how many went."""
    forgotten = await database.fetch(
        "delete from webhooks_delivery where id in ("
        " select id from webhooks_delivery where settled_at < $1 order by settled_at limit $2) returning id",
        clock.now() - retention,
        limit,
    )
    return len(forgotten)


@transaction()
async def forget_endpoints(limit: int = 1_000) -> int:
    """Forget up to `limit` deleted endpoints of which no delivery is left; how many went."""
    forgotten = await database.fetch(
        "delete from webhooks_endpoint where id in ("
        " select id from webhooks_endpoint endpoint where deleted_at is not null"
        " and not exists (select from webhooks_delivery where endpoint_id = endpoint.id) limit $1) returning id",
        limit,
    )
    return len(forgotten)
