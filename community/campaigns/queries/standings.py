"""What was entered before: by a member today and in all, and with the same words by anybody."""

from uuid import UUID

from community import database
from community.access.policy import SYSTEM
from community.campaigns.rules import likeness
from community.campaigns.rules.judging import Standing
from community.campaigns.rules.reading import Reading, read
from community.engagement.rules.windows import Day
from community.posts import queries as posts

MOST_COMPARED = 20
"""So many texts that share a key of their sketches are compared in full, the earliest first."""


async def standing(campaign_id: UUID, post_id: UUID, member_id: UUID, day: Day, reading: Reading) -> Standing:
    """Everything that stands in a campaign, this post aside, as far as it matters to this post.

    An entry whose reward was spent before it could be taken back counts on.
    """
    row = await database.fetch_one(
        "select count(*) as in_all, count(*) filter (where written_at >= $4 and written_at < $5) as today"
        " from campaigns_entry where campaign_id = $1 and member_id = $3 and post_id <> $2"
        " and (state in ('pending', 'accepted') or reward = 'taken_back' and points > 0)",
        campaign_id,
        post_id,
        member_id,
        day.since,
        day.until,
    )
    assert row is not None, "a count is always one row"
    alike = await authors_alike(campaign_id, post_id, reading.essence)
    return Standing(
        today=row["today"],
        in_all=row["in_all"],
        own_likeness=member_id in alike,
        others_likeness=bool(alike - {member_id}),
    )


async def authors_alike(campaign_id: UUID, post_id: UUID, essential: str) -> set[UUID]:
    """Who has an entry that stands, other than this post, that says the same or nearly the same.

    What says nothing in letters, such as a picture alone, is like nothing else.
    """
    if not essential:
        return set()
    rows = await database.fetch(
        "select post_id, member_id, fingerprint from campaigns_entry"
        " where campaign_id = $1 and post_id <> $2 and state in ('pending', 'accepted')"
        " and (fingerprint = $3 or sketch && $4::bigint[]) order by fingerprint = $3 desc, id limit $5",
        campaign_id,
        post_id,
        likeness.fingerprint(essential),
        likeness.sketch(essential),
        MOST_COMPARED,
    )
    same = {row["member_id"] for row in rows if row["fingerprint"] == likeness.fingerprint(essential)}
    others = {row["post_id"]: row["member_id"] for row in rows if row["member_id"] not in same}
    found = await posts.posts(SYSTEM, list(others)) if others else {}
    return same | {
        others[post.id] for post in found.values() if likeness.are_near(essential, read(post.source).essence)
    }
