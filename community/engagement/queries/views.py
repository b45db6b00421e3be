"""Who was shown what."""

from collections.abc import Sequence
from uuid import UUID

from community import database


async def viewers_of_each(subject_type: str, groups: Sequence[Sequence[UUID]]) -> list[int]:
    """For each group of subjects, in order, how many different members were shown any of them. One statement."""
    rows = await database.fetch(
        "select shown.place, count(distinct v.member_id)::int as viewers"
        " from unnest($2::int[], $3::uuid[]) shown(place, subject_id)"
        " join engagement_view v on v.subject_id = shown.subject_id and v.subject_type = $1 group by shown.place",
        subject_type,
        [place for place, group in enumerate(groups) for _ in group],
        [subject_id for group in groups for subject_id in group],
    )
    found = {row["place"]: row["viewers"] for row in rows}
    return [found.get(place, 0) for place in range(len(groups))]
