"""Hashtags: which posts are found under them, and how often they are used, which is counted after the writing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from community import database
from community.database import transaction
from community.posts.rules.hashtags import hashtag_id, hashtag_ids


def tag(names_by_post: Mapping[UUID, Collection[str]]) -> None:
    """Let posts be found under hashtags, which are there from their first use on: rows at the transaction's end."""
    names = {name for each in names_by_post.values() for name in each}
    if names:
        taggings = [(hashtag_id(name), post_id) for post_id, each in names_by_post.items() for name in each]
        database.write_last(_KNOWN, [{"id": hashtag_id(name), "name": name} for name in names])
        database.write_last(_TAGGED, [{"hashtag_id": tag_id, "post_id": post_id} for tag_id, post_id in taggings])


# In the order of their ids, so that two writers cannot deadlock.
_KNOWN = database.into("posts_hashtag", "id uuid, name text", "order by id on conflict do nothing")
_TAGGED = database.into("posts_tagging", "hashtag_id uuid, post_id uuid")


async def untag(post_id: UUID, names: Collection[str]) -> None:
    """Let a post not be found under these any more. One statement, or none without names."""
    if names:
        await database.execute(
            "delete from posts_tagging where hashtag_id = any($2) and post_id = $1", post_id, hashtag_ids(names)
        )


@transaction()
async def count_uses(added: Sequence[UUID], dropped: Sequence[UUID], used_at: datetime | None = None) -> None:
    """Posts began or ceased to carry these hashtags. Not idempotent by itself: a hearer's receipt makes it so."""
    await database.execute(
        "with change as (select id, 1 as step from unnest($1::uuid[]) added(id)"
        " union all select id, -1 from unnest($2::uuid[]) dropped(id)),"
        " locked as (select id from posts_hashtag where id in (select id from change) order by id for no key update)"
        " update posts_hashtag hashtag set post_count = post_count + step,"
        " last_used_at = case when step > 0 then greatest(last_used_at, $3) else last_used_at end"
        " from change join locked using (id) where hashtag.id = change.id",
        added,
        dropped,
        used_at,
    )
