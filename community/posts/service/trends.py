"""How often each hashtag is used, hour by hour: counted again for recent hours, so that it ends up right."""

from datetime import datetime

from community import database
from community.database import transaction
from community.posts.rules.trends import hour_of


@transaction()
async def chart(since: datetime) -> int:
    """Count the uses of every hashtag in each hour from that of `since` on; how many hours of hashtags there are.

    What was removed is not counted; what fell out of use is forgotten. Doing it again changes nothing.
    """
    await database.hold("posts.chart")
    return int(await database.fetch_value(_CHART, hour_of(since)))


_CHART = """
    with used as (
        select date_trunc('hour', p.written_at) as hour, tag.id as hashtag_id, count(*)::int as posts,
            count(distinct p.author_id)::int as authors
        from posts_post p cross join unnest(p.hashtags) as carried(name)
        join posts_hashtag tag on tag.name = carried.name
        where p.written_at >= $1 and p.removed_at is null group by 1, 2
    ), kept as (
        insert into posts_hashtag_hour as old (hour, hashtag_id, posts, authors)
        select hour, hashtag_id, posts, authors from used
        on conflict (hashtag_id, hour) do update set posts = excluded.posts, authors = excluded.authors
        where (old.posts, old.authors) <> (excluded.posts, excluded.authors)
    ), forgotten as (
        delete from posts_hashtag_hour old where old.hour >= $1
        and not exists (select from used where used.hashtag_id = old.hashtag_id and used.hour = old.hour)
    )
    select count(*) from used
"""
