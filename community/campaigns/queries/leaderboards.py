"""Who leads in a campaign: by entries that count, or by the others who reacted to them."""

from collections.abc import Sequence
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


async def leaderboards(
    campaigns: Sequence[CampaignView], request: PageRequest, now: datetime, week: int | None = None
) -> list[Page[LeaderView]]:
    """For each campaign, in order, the same page of its members by score. One statement.

    Of those with the same score who reached it earlier is ahead, then whose id is smaller. Without a week that of `now`
    counts, where a campaign has weeks. Raises BadInput for a week that it has not.
    """
    spans = [_span(campaign, week, now) for campaign in campaigns]
    backward = request.backward
    rows = await database.fetch(
        _LEADERS.format(most="asc" if backward else "desc", first="desc" if backward else "asc"),
        [campaign.id for campaign in campaigns],
        [campaign.plan.score is Score.REACTIONS for campaign in campaigns],
        [span.since for span in spans],
        [span.until for span in spans],
        *(request.after or (None, None, None)),
        *(request.before or (None, None, None)),
        request.size + 1,
    )
    found: list[list[LeaderView]] = [[] for _ in campaigns]
    for row in rows:
        found[row["place"] - 1].append(LeaderView(**{name: row[name] for name in LeaderView.__slots__}))
    return [page_of(leaders, request, lambda each: (each.score, each.reached_at, each.member_id)) for leaders in found]


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
    select campaign.place, leader.*
    from unnest($1::uuid[], $2::bool[], $3::timestamptz[], $4::timestamptz[])
        with ordinality as campaign(id, by_reactions, since, until, place)
    cross join lateral (
    select * from (
        select scored.*, row_number() over (order by score desc, reached_at, member_id)::int as rank from (
            select member_id, case when campaign.by_reactions then sum(reactors) else count(*) end::bigint as score,
                count(*)::int as entries, max(written_at) as reached_at
            from campaigns_entry
            where campaign_id = campaign.id and state = 'accepted'
            and (campaign.since is null or written_at >= campaign.since)
            and (campaign.until is null or written_at < campaign.until)
            group by member_id
        ) scored
    ) ranked
    where ($5::bigint is null or (-score, reached_at, member_id) > (-$5, $6::timestamptz, $7::uuid))
    and ($8::bigint is null or (-score, reached_at, member_id) < (-$8, $9::timestamptz, $10::uuid))
    order by score {most}, reached_at {first}, member_id {first} limit $11
    ) leader
    order by campaign.place, leader.score {most}, leader.reached_at {first}, leader.member_id {first}
"""
