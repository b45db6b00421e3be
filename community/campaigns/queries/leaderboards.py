"""Who leads in a campaign: by entries that count, or by the others who reacted to them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.rules.cycles import week_at, weeks
from community.campaigns.rules.plan import Score
from community.engagement.rules.windows import Span
from community.kernel.errors import BadInput
from community.kernel.pages import Page, PageRequest, page_of
from community.settings import settings

LEADER_SHAPE = (int, datetime, UUID)
"""What a cursor of a leaderboard carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderView:
    """A member's place. `reached_at` is when they wrote the last entry that counts: it decides between equal scores."""

    member_id: UUID
    rank: int
    score: int
    entries: int
    reached_at: datetime


async def leaderboard(
    campaign: CampaignView, request: PageRequest, now: datetime, week: int | None = None
) -> Page[LeaderView]:
    """Members by score. Of those with the same score who reached it earlier is ahead, then whose id is smaller.

    Without a week that of `now` counts, where the campaign has weeks. Raises BadInput for a week that it has not.
    """
    span = _span(campaign, week, now)
    score = "count(*)" if campaign.plan.score is Score.ENTRIES else "sum(reactors)"
    backward = request.backward
    rows = await database.fetch(
        _LEADERS.format(score=score, most="asc" if backward else "desc", first="desc" if backward else "asc"),
        campaign.id,
        span.since,
        span.until,
        *(request.after or (None, None, None)),
        *(request.before or (None, None, None)),
        request.size + 1,
    )
    leaders = [LeaderView(**row) for row in rows]
    return page_of(leaders, request, lambda leader: (leader.score, leader.reached_at, leader.member_id))


def weeks_of(campaign: CampaignView) -> list[Span]:
    """The weeks that its leaderboard counts apart, in the programme's zone; none where it counts the whole."""
    return weeks(campaign.plan, settings().time_zone)


def _span(campaign: CampaignView, week: int | None, now: datetime) -> Span:
    spans = weeks_of(campaign)
    number = week if week is not None else week_at(campaign.plan, settings().time_zone, now)
    if number is None:
        return Span(None, None)
    if not 1 <= number <= len(spans):
        raise BadInput("week", "This leaderboard has {limit} weeks, counted from 1.", len(spans))
    return spans[number - 1]


_LEADERS = """
    select * from (
        select member_id, {score}::bigint as score, count(*)::int as entries, max(written_at) as reached_at,
            row_number() over (order by {score} desc, max(written_at), member_id)::int as rank
        from campaigns_entry
        where campaign_id = $1 and state = 'accepted'
        and ($2::timestamptz is null or written_at >= $2) and ($3::timestamptz is null or written_at < $3)
        group by member_id
    ) leader
    where ($4::bigint is null or (-score, reached_at, member_id) > (-$4, $5::timestamptz, $6::uuid))
    and ($7::bigint is null or (-score, reached_at, member_id) < (-$7, $8::timestamptz, $9::uuid))
    order by score {most}, reached_at {first}, member_id {first} limit $10
"""
