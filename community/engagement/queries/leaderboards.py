"""Who earned the most credits in a while."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from community import database
from community.engagement.rules.windows import Window, span_of
from community.kernel.pages import Page, PageRequest, page_of
from community.settings import settings

SHAPE = (int, UUID)
"""What a cursor of a leaderboard carries."""

SINCE_EVER_MONTHS = 1_200


class Standings(StrEnum):
    """The time that a leaderboard counts, in the programme's zone."""

    WEEK = "week"
    MONTH = "month"
    FOREVER = "forever"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderView:
    """A member's place. Who has as many credits has the same rank, and the next rank is left out."""

    member_id: UUID
    credits: int
    rank: int


async def leaderboard(standings: Standings, request: PageRequest, now: datetime) -> Page[LeaderView]:
    """Members by the credits they earned and kept, most first. One statement over the grants of that time."""
    span = span_of(Window(standings), now, settings().time_zone, SINCE_EVER_MONTHS)
    order = "asc" if request.backward else "desc"
    rows = await database.fetch(
        _LEADERS.format(order=order, reverse="desc" if request.backward else "asc"),
        span.since,
        span.until,
        *(request.after or (None, None)),
        *(request.before or (None, None)),
        request.size + 1,
    )
    return page_of([LeaderView(**row) for row in rows], request, lambda leader: (leader.credits, leader.member_id))


# Within the same credits the id decides, ascending: hence the negative sum in the comparison with a cursor.
_LEADERS = """
    select * from (
        select member_id, sum(amount - reversed)::bigint as credits,
            rank() over (order by sum(amount - reversed) desc)::int as rank
        from engagement_grant
        where currency = 'credits' and undone_at is null and not exists (
            select from engagement_gate gate where gate.activity_id = engagement_grant.activity_id
            and gate.rule = engagement_grant.rule and gate.opened_at is null
        )
        and ($1::timestamptz is null or granted_at >= $1) and ($2::timestamptz is null or granted_at < $2)
        group by member_id
    ) leader
    where ($3::bigint is null or (-credits, member_id) > (-$3, $4::uuid))
    and ($5::bigint is null or (-credits, member_id) < (-$5, $6::uuid))
    order by credits {order}, member_id {reverse} limit $7
"""
