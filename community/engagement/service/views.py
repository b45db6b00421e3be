"""Views: keeping what members were shown, and paying for what they read."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import NamedTuple
from uuid import UUID

import uuid_utils

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


class Showing(NamedTuple):
    """That a member was shown subjects of one kind at one moment."""

    member_id: UUID
    subject_type: str
    subject_ids: Sequence[UUID]
    seen_at: datetime


@transaction()
async def keep_views(shown: Sequence[Showing]) -> int:
    """Keep the first view of each subject by each member on each of their days; how many were new. Two statements.

    Who is no member any more is left out.
    """
    found = await members.earners({each.member_id for each in shown}, clock.now())
    kept = [each for each in shown if each.member_id in found]
    lengths = [len(each.subject_ids) for each in kept]
    tag = await database.execute(
        _KEEP,
        [each.member_id for each in kept],
        [each.subject_type for each in kept],
        [local_day(each.seen_at, found[each.member_id].time_zone) for each in kept],
        [each.seen_at for each in kept],
        [*chain.from_iterable(map(repeat, range(1, len(kept) + 1), lengths))],
        [*chain.from_iterable(each.subject_ids for each in kept)],
        [uuid_utils.uuid7() for _ in range(sum(lengths))],
    )
    return int(tag.rpartition(" ")[2])


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


# In the order of the index: processes that write at once meet the same keys in the same order.
_KEEP = """
    insert into engagement_view (id, member_id, subject_type, subject_id, day, seen_at)
    select distinct on (view.subject_id, shown.member_id, shown.day, shown.subject_type)
        view.id, shown.member_id, shown.subject_type, view.subject_id, shown.day, shown.seen_at
    from unnest($5::int[], $6::uuid[], $7::uuid[]) view (place, subject_id, id)
    join unnest($1::uuid[], $2::text[], $3::date[], $4::timestamptz[]) with ordinality
        shown (member_id, subject_type, day, seen_at, place) on shown.place = view.place
    order by view.subject_id, shown.member_id, shown.day, shown.subject_type, shown.seen_at
    on conflict (subject_id, member_id, day, subject_type) do nothing
"""
