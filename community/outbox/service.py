"""The verbs of the outbox: record a fact."""

import orjson
from structlog.contextvars import get_contextvars

from community import database
from community.access.policy import Actor
from community.kernel import clock, ids
from community.kernel.facts import Fact
from community.outbox import wake


async def record(fact: Fact, *, actor: Actor | None = None) -> None:
    """Announce a fact. It is kept exactly when the caller's transaction commits, and heard after that.

    Raises RuntimeError outside a transaction.
    """
    database.after_commit(wake.sequencer)
    await database.execute(
        "insert into outbox_fact"
        " (id, arrival, type, version, subject_id, ordering_key, payload, recorded_at, actor_id, request_id)"
        " values ($1, nextval('outbox_arrival'), $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9)",
        ids.new_id(),
        fact.type,
        fact.version,
        fact.subject_id,
        fact.ordering_key,
        orjson.dumps(fact.payload()).decode(),
        clock.now(),
        actor.member_id or actor.key_id if actor else None,
        get_contextvars().get("request_id"),
    )
