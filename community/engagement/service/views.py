"""Views: keeping what members were shown, and paying for what they read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.database import transaction
from community.engagement.queries.effects import Effects
from community.engagement.rules.activities import Activity, OwnKind, Subject
from community.engagement.rules.windows import Day
from community.engagement.service.recording import record
from community.kernel import clock, ids
from community.kernel.errors import BadInput
from community.ledger.rules.transfers import Cause
from community.members import queries as members

LONGEST_DWELL_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class View:
    """That a member was shown a subject."""

    member_id: UUID
    subject: Subject
    seen_at: datetime


@transaction()
async def keep_views(views: Sequence[View]) -> int:
    """Keep the first view of each subject by each member on each of their days; how many were new. Two statements.

    Who is no member any more is left out.
    """
    zones = await members.earners({view.member_id for view in views}, clock.now())
    days = {
        (view.member_id, view.subject, Day.of(view.seen_at, zones[view.member_id].time_zone).date): view.seen_at
        for view in sorted(views, key=lambda view: view.seen_at, reverse=True)
        if view.member_id in zones
    }
    ordered = sorted(days.items(), key=lambda each: (each[0][0], each[0][1].id, each[0][1].type, each[0][2]))
    kept = await database.execute(
        "insert into engagement_view (id, member_id, subject_type, subject_id, day, seen_at)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::date[], $6::timestamptz[])"
        " on conflict (member_id, subject_id, subject_type, day) do nothing",
        [ids.new_id() for _ in ordered],
        [member_id for (member_id, _, _), _ in ordered],
        [subject.type for (_, subject, _), _ in ordered],
        [subject.id for (_, subject, _), _ in ordered],
        [day for (_, _, day), _ in ordered],
        [seen_at for _, seen_at in ordered],
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
