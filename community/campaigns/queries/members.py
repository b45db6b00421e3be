"""Members as campaigns judge them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community.campaigns.rules.judging import Entrant
from community.campaigns.rules.plan import Plan
from community.kernel.errors import NotFound
from community.members import queries as members
from community.tiers import queries as tiers


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """A member with the zone in which their days are, and the ladder that ranks their tier."""

    entrant: Entrant
    time_zone: str
    ranks: dict[str, int]

    def min_rank(self, plan: Plan) -> int:
        """How high on the ladder a plan begins."""
        return self.ranks.get(plan.audience.min_tier or "", 0)


async def applicant(member_id: UUID, plans: Collection[Plan], now: datetime) -> Applicant:
    """What these plans ask of a member: two statements, and more where a plan asks for a tier or labels.

    Raises NotFound.
    """
    member = await members.one(member_id)
    if member is None:
        raise NotFound("Member")
    earner = (await members.earners([member_id], now))[member_id]
    ranks, tier = await _ranks(member_id, plans, now)
    labels = await _labels(member_id, plans)
    entrant = Entrant(
        joined_at=member.joined_at, tier_rank=ranks.get(tier, 0), labels=labels, may_earn=earner.reason is None
    )
    return Applicant(entrant=entrant, time_zone=member.time_zone, ranks=ranks)


async def _ranks(member_id: UUID, plans: Collection[Plan], now: datetime) -> tuple[dict[str, int], str]:
    if not any(plan.audience.min_tier for plan in plans):
        return {}, ""
    ladder = await tiers.ladder(now)
    tier = (await tiers.tiers_of([member_id], now))[member_id]
    return {each.key: rank for rank, each in enumerate(ladder)}, tier.key


async def _labels(member_id: UUID, plans: Collection[Plan]) -> frozenset[str]:
    if not any(plan.audience.labels for plan in plans):
        return frozenset()
    return (await members.labels_of([member_id]))[member_id]
