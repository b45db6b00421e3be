"""What a campaign brought and what it cost, for staff."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from community import database
from community.access.policy import Actor, Permission, require
from community.campaigns.rules.judging import EntryState, Reason
from community.engagement import queries as engagement
from community.posts.rules.activities import POST


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsView:
    """`points` are what is given and promised. `reach` counts members who were shown a post that counts."""

    campaign_id: UUID
    entries: dict[EntryState, int]
    refused: dict[Reason, int]
    members: int
    reach: int
    joins: int
    points: int
    credits: int

    @property
    def points_per_join(self) -> float | None:
        """What a new member cost; None while nobody joined."""
        return self.points / self.joins if self.joins else None


async def results_seen_by(actor: Actor, campaign_ids: Sequence[UUID]) -> dict[UUID, ResultsView]:
    """What each of these brought, for staff who may read it; empty for everybody else."""
    if not actor.may(Permission.CAMPAIGNS_READ_RESULTS):
        return {}
    return dict(zip(campaign_ids, await results_of(actor, campaign_ids), strict=True))


async def results_of(actor: Actor, campaign_ids: Sequence[UUID]) -> list[ResultsView]:
    """For each campaign, in order. Three statements. Raises Unauthenticated or Forbidden."""
    require(actor, Permission.CAMPAIGNS_READ_RESULTS)
    wanted = list(set(campaign_ids))
    totals = {row["id"]: row for row in await database.fetch(_TOTALS, wanted)}
    states: defaultdict[UUID, dict[EntryState, int]] = defaultdict(dict)
    refused: defaultdict[UUID, dict[Reason, int]] = defaultdict(dict)
    for row in await database.fetch(_COUNTS, wanted):
        state = EntryState(row["state"])
        states[row["campaign_id"]][state] = states[row["campaign_id"]].get(state, 0) + row["entries"]
        if state is EntryState.REFUSED:
            refused[row["campaign_id"]][Reason(row["reason"])] = row["entries"]
    reached = await engagement.viewers_of_each(
        POST, [list(totals[each]["post_ids"]) if each in totals else [] for each in campaign_ids]
    )
    return [
        ResultsView(
            campaign_id=each,
            entries=states[each],
            refused=refused[each],
            members=totals[each]["members"],
            reach=reach,
            joins=totals[each]["joins"],
            points=totals[each]["points"],
            credits=totals[each]["credits"],
        )
        for each, reach in zip(campaign_ids, reached, strict=True)
    ]


_TOTALS = """
    select c.id, c.points, entry.members, entry.credits, entry.post_ids, joined.joins
    from campaigns_campaign c
    cross join lateral (
        select count(distinct member_id)::int as members, coalesce(array_agg(post_id), '{}') as post_ids,
            coalesce(sum(credits) filter (where reward in ('waiting', 'given')), 0)::bigint as credits
        from campaigns_entry where campaign_id = c.id and state = 'accepted'
    ) entry
    cross join lateral (select count(*)::int as joins from campaigns_join where campaign_id = c.id) joined
    where c.id = any($1)
"""

_COUNTS = """
    select campaign_id, state, reason, count(*)::int as entries from campaigns_entry
    where campaign_id = any($1) group by campaign_id, state, reason order by entries desc
"""
