"""How often hashtags were used, hour by hour, and which ones are used more than usual."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from community import database
from community.kernel.errors import BadInput
from community.posts.queries.hashtags import HashtagView
from community.posts.rules.trends import LEAST, LEAST_SCORE, LOOK_BACK, Period, Trend, hour_of

MOST_TRENDS = 50
LONGEST_HISTORY = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendView:
    """A hashtag that trends, and by how much."""

    hashtag: HashtagView
    trend: Trend


@dataclass(frozen=True, slots=True, kw_only=True)
class UseView:
    """How often a hashtag was used in one step of its history. `members` counts each once an hour."""

    starts_at: datetime
    posts: int
    members: int


async def trends(period: Period, until: datetime, most: int) -> list[TrendView]:
    """What trended in the period before the hour of `until` ended, the most unusual first. One statement.

    Raises BadInput for more than MOST_TRENDS.
    """
    if not 1 <= most <= MOST_TRENDS:
        raise BadInput("first", "Ask for 1 to {limit} trends.", MOST_TRENDS)
    try:
        end = hour_of(until) + timedelta(hours=1)
        since = end - period.length
        usual_since = since - period.length * LOOK_BACK[period]
    except OverflowError:
        return []  # at the ends of the calendar nobody wrote
    rows = await database.fetch(_TRENDS, since, end, usual_since, LOOK_BACK[period], LEAST, LEAST_SCORE, most)
    return [
        TrendView(
            hashtag=HashtagView(**{name: row[name] for name in HashtagView.__slots__}),
            trend=Trend(current=row["current"], expected=row["expected"]),
        )
        for row in rows
    ]


async def histories(hashtag_ids: Sequence[UUID], period: Period, until: datetime, steps: int) -> list[list[UseView]]:
    """For each hashtag, in order, its uses in so many steps up to the hour of `until`, the oldest first. One statement.

    Raises BadInput for more than LONGEST_HISTORY steps.
    """
    if not 1 <= steps <= LONGEST_HISTORY:
        raise BadInput("last", "Ask for 1 to {limit} steps.", LONGEST_HISTORY)
    end = hour_of(until) + timedelta(hours=1)
    rows = await database.fetch(
        "select wanted.place, step.starts_at, coalesce(sum(used.posts), 0)::int as posts,"
        " coalesce(sum(used.authors), 0)::int as members"
        " from unnest($1::uuid[]) with ordinality as wanted(id, place)"
        " cross join generate_series($2::timestamptz, $3::timestamptz - $4::interval, $4::interval) step(starts_at)"
        " left join posts_hashtag_hour used on used.hashtag_id = wanted.id"
        " and used.hour >= step.starts_at and used.hour < step.starts_at + $4::interval"
        " group by wanted.place, step.starts_at order by wanted.place, step.starts_at",
        list(hashtag_ids),
        end - period.length * steps,
        end,
        period.length,
    )
    found: list[list[UseView]] = [[] for _ in hashtag_ids]
    for row in rows:
        found[row["place"] - 1].append(UseView(starts_at=row["starts_at"], posts=row["posts"], members=row["members"]))
    return found


_TRENDS = """
    select tag.id, tag.name, tag.post_count, tag.last_used_at, trend.current, trend.expected
    from (
        select now.hashtag_id, now.current, coalesce(usual.members, 0)::float / $4 as expected
        from (
            select hashtag_id, sum(authors)::int as current from posts_hashtag_hour
            where hour >= $1 and hour < $2 group by hashtag_id having sum(authors) >= $5
        ) now
        cross join lateral (
            select sum(authors) as members from posts_hashtag_hour
            where hashtag_id = now.hashtag_id and hour >= $3 and hour < $1
        ) usual
    ) trend
    join posts_hashtag tag on tag.id = trend.hashtag_id
    where (trend.current - trend.expected) / sqrt(trend.expected + 1) >= $6
    order by (trend.current - trend.expected) / sqrt(trend.expected + 1) desc, tag.id limit $7
"""
