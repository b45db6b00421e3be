"""Publishing another version of the programme. Those before it stay as they were, and so does what they decided."""

from datetime import datetime

import orjson

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock, ids
from community.referrals import errors, policy, queries
from community.referrals.queries import PublishedProgramme
from community.referrals.rules.programme import Programme, flaw_in


@transaction()
async def publish(actor: Actor, programme: Programme, *, starts_at: datetime | None = None) -> PublishedProgramme:
    """These rules hold from then on, by default from now on, for whoever is brought then.

    Raises InvalidReferralProgramme and ReferralProgrammeStartsInThePast.
    """
    policy.require_publisher(actor)
    if flaw := flaw_in(programme):
        raise errors.InvalidReferralProgramme(flaw)
    await database.hold("referrals:programme")
    now, versions = clock.now(), await queries.programmes()
    starts_at = starts_at or now
    if starts_at < now or starts_at <= versions[-1].starts_at:
        raise errors.ReferralProgrammeStartsInThePast
    published = PublishedProgramme(
        id=ids.new_id(), version=str(len(versions) + 1), starts_at=starts_at, programme=programme
    )
    await database.execute(
        "insert into referrals_programme (id, version, starts_at, programme, published_at, published_by)"
        " values ($1, $2, $3, $4::text::jsonb, $5, $6)",
        published.id,
        published.version,
        published.starts_at,
        orjson.dumps(programme.as_json()).decode(),
        now,
        actor.member_id,
    )
    return published
