"""Publishing other earning rules."""

from datetime import datetime

import orjson

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.engagement import errors, facts, policy
from community.engagement.queries.programmes import PublishedProgramme, programmes
from community.engagement.rules.programme import Programme, flaw_in
from community.kernel import clock, ids
from community.outbox import service as outbox


@transaction()
async def publish(actor: Actor, programme: Programme, *, starts_at: datetime | None = None) -> PublishedProgramme:
    """Let these rules be in force from `starts_at` on; from now on, without one. What was earned before stays as it is.

    Raises InvalidEarningRules and EarningRulesStartTooEarly.
    """
    policy.require_publisher(actor)
    if flaw := flaw_in(programme):
        raise errors.InvalidEarningRules(*flaw)
    await database.execute("lock table engagement_programme in share row exclusive mode")
    versions, now = await programmes(), clock.now()
    begins = starts_at or now
    if begins < now or begins <= versions[-1].starts_at:
        raise errors.EarningRulesStartTooEarly
    published = PublishedProgramme(
        id=ids.new_id(), version=str(len(versions) + 1), starts_at=begins, programme=programme
    )
    await database.execute(
        "insert into engagement_programme (id, version, starts_at, programme, published_at, published_by)"
        " values ($1, $2, $3, $4::text::jsonb, $5, $6)",
        published.id,
        published.version,
        begins,
        orjson.dumps(programme.as_json()).decode(),
        now,
        actor.member_id,
    )
    assert published.id is not None, "only the first version has no id"
    announced = facts.EarningRulesPublished(
        programme_id=published.id, programme_version=published.version, starts_at=published.starts_at
    )
    await outbox.record(announced, actor=actor)
    return published
