"""Whether a member could enter campaigns at this moment, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.queries.members import applicant
from community.campaigns.rules.judging import Reason, Standing, ineligible, is_exhausted, over_limit
from community.campaigns.rules.states import State
from community.engagement.rules.windows import Day


@dataclass(frozen=True, slots=True)
class Opening:
    """The answer for one campaign. `until` is when a daily limit ends."""

    reason: Reason | None
    until: datetime | None = None


async def openings(campaigns: Sequence[CampaignView], member_id: UUID, now: datetime) -> list[Opening]:
    """For each campaign, in order, why a post of the member would not enter now; no reason where it would.

    What the post itself says is not asked here.
    """
    who = await applicant(member_id, [campaign.plan for campaign in campaigns], now)
    day = Day.of(now, who.time_zone)
    rows = await database.fetch(
        "select campaign_id, count(*) as in_all, count(*) filter (where written_at >= $3 and written_at < $4) as today"
        " from campaigns_entry where member_id = $1 and campaign_id = any($2) and state in ('pending', 'accepted')"
        " group by campaign_id",
        member_id,
        [campaign.id for campaign in campaigns],
        day.since,
        day.until,
    )
    entered = {row["campaign_id"]: Standing(today=row["today"], in_all=row["in_all"]) for row in rows}
    found = []
    for campaign in campaigns:
        plan = campaign.plan
        if campaign.state is State.CANCELLED:
            reason: Reason | None = Reason.CANCELLED
        elif now < plan.opens_at:
            reason = Reason.TOO_EARLY
        elif now >= plan.closes_at:
            reason = Reason.TOO_LATE
        else:
            reason = (
                ineligible(plan.audience, who.min_rank(plan), who.entrant)
                or over_limit(plan, entered.get(campaign.id, Standing()))
                or (Reason.BUDGET_EXHAUSTED if is_exhausted(plan, campaign.spent) else None)
            )
        found.append(Opening(reason, day.until if reason is Reason.DAILY_LIMIT else None))
    return found
