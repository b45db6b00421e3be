"""Publishing another version of the rules. Versions are never changed: what one decided can always be understood."""

from datetime import datetime
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor, Permission, require
from community.database import transaction
from community.kernel import clock, ids
from community.outbox import service as outbox
from community.tiers import errors, facts
from community.tiers.queries import ProgrammeView, latest
from community.tiers.rules.programme import Programme, flaw_in


@transaction()
async def publish(actor: Actor, rules: Programme, *, starts_at: datetime | None = None) -> ProgrammeView:
    """Staff publish rules that decide from `starts_at` on, or from now on.

    Once they start, everybody is decided on anew within minutes: up at once, down as the rules say. Raises
    InvalidTierProgramme and TierProgrammeStartsTooEarly.
    """
    require(actor, Permission.TIERS_PUBLISH)
    await database.hold("tiers.publish")
    now = clock.now()
    starts_at = now if starts_at is None else starts_at
    last = await latest()
    if flaw := flaw_in(rules, last.rules):
        raise errors.InvalidTierProgramme(flaw)
    if starts_at < now or starts_at < last.starts_at:
        raise errors.TierProgrammeStartsTooEarly
    published = ProgrammeView(
        id=ids.new_id(),
        version=last.version + 1,
        rules=rules,
        starts_at=starts_at,
        published_at=now,
        published_by=actor.member_id,
    )
    await _keep(published)
    await outbox.record(
        facts.TiersPublished(programme_id=published.id, programme_version=published.version, starts_at=starts_at),
        actor=actor,
    )
    return published


async def _keep(programme: ProgrammeView) -> None:
    published_by: UUID | None = programme.published_by
    await database.execute(
        "insert into tiers_programme (id, version, terms, starts_at, published_at, published_by)"
        " values ($1, $2, $3::jsonb, $4, $5, $6)",
        programme.id,
        programme.version,
        orjson.dumps(programme.rules.as_json()).decode(),
        programme.starts_at,
        programme.published_at,
        published_by,
    )
