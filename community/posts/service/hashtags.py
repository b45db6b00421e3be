"""How often hashtags are used, kept apart from the writing of posts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from community import database
from community.database import transaction


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
