"""Views: keeping what members were shown, and paying for what they read."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.database import transaction
from community.engagement.queries.effects import Effects
from community.engagement.rules.activities import Activity, OwnKind, Subject
from community.engagement.rules.windows import local_day
from community.engagement.service.recording import record
from community.kernel import clock, ids
from community.kernel.errors import BadInput
from community.ledger.rules.transfers import Cause
from community.members import queries as members

LONGEST_DWELL_SECONDS = 86_400


class View(NamedTuple):
    """That a member was shown a subject."""

    member_id: UUID
    subject_type: str
    subject_id: UUID
    seen_at: datetime


@transaction()
async def keep_views(views: Sequence[View]) -> int:
    """Keep the first view of each subject by each member on each of their days; how many were new. Two statements.

    Who is no member any more is left out.
    """
    found = await members.earners({view.member_id for view in views}, clock.now())
    zones, day_of = {member_id: earner.time_zone for member_id, earner in found.items()}, cache(local_day)
    first = {
        (member_id, subject_id, subject_type, day_of(seen_at, zones[member_id])): seen_at
        for member_id, subject_type, subject_id, seen_at in sorted(views, key=attrgetter("seen_at"), reverse=True)
        if member_id in zones
    }
    keys = sorted(first)
    kept = await database.execute(
        "insert into engagement_view (id, member_id, subject_type, subject_id, day, seen_at)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::date[], $6::timestamptz[])"
        " on conflict (member_id, subject_id, subject_type, day) do nothing",
        [ids.new_id() for _ in keys],
        [member_id for member_id, _, _, _ in keys],
        [subject_type for _, _, subject_type, _ in keys],
        [subject_id for _, subject_id, _, _ in keys],
        [day for _, _, _, day in keys],
        [first[key] for key in keys],
    )
    return int(kept.rpartition(" ")[2])


async def report_view(actor: Actor, subject: Subject, *, owner_id: UUID, dwell_seconds: int) -> Effects:
    """A member stayed with something of `owner_id` for so long, as their device says: it may earn, once.

    Raises Unauthenticated and BadInput.
    """
    member_id = require_member(actor)
    if not 0 <= dwell_seconds <= LONGEST_DWELL_SECONDS:
        raise BadInput("dwellSeconds", "A view lasts 0 to {limit} seconds.", LONGEST_DWELL_SECONDS)
    activity = Activity(
        kind=OwnKind.VIEW_QUALIFIED,
        member_id=member_id,
        occurred_at=clock.now(),
        subject=subject,
        other_id=owner_id,
        metadata={"dwell_seconds": dwell_seconds},
    )
    return await record(activity, cause=Cause(OwnKind.VIEW_QUALIFIED, str(ids.new_id())), actor=actor)
