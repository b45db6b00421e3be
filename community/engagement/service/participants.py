"""Members' turns: whoever holds a member's row decides what that member earns next."""

from collections.abc import Iterable
from uuid import UUID

from community import database
from community.engagement.queries.programmes import PublishedProgramme, programmes_by_ids


async def lock(member_ids: Iterable[UUID]) -> list[PublishedProgramme]:
    """Take these members' turns until the transaction ends, in the order of their ids; the programme through time.

    They are members, who asks has made sure. One statement for those who did something before.
    """
    wanted = list(set(member_ids))
    row = await database.fetch_one(_LOCK, wanted)
    assert row is not None, "an array is a row, however empty"
    if missing := set(wanted) - set(row["locked"]):
        await database.execute(_OPEN, list(missing))
        await database.fetch(_LOCK, list(missing))
    return await programmes_by_ids(row["published"])


_LOCK = """
    with locked as (
        select member_id from engagement_participant where member_id = any($1) order by member_id for no key update
    )
    select array(select member_id from locked) as locked,
        array(select id from engagement_programme order by starts_at) as published
"""

_OPEN = """
    insert into engagement_participant (member_id) select id from unnest($1::uuid[]) member(id) order by id
    on conflict do nothing
"""
