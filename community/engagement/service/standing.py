"""What engagement asks of tiers and tells them: the tier a member has, and that what counts towards it has changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community.access.policy import Acting, Actor
from community.engagement.rules.activities import Activity, OwnKind
from community.engagement.rules.programme import Rule
from community.ledger.rules.transfers import Cause, Currency
from community.tiers import queries as tiers_queries
from community.tiers import service as tiers
from community.tiers.rules.standing import Numbers
from community.tiers.service import Reception

METRICS: dict[str, str] = {OwnKind.REACTION_RECEIVED: "reactions"}
"""What tiers count only from enough different members, on enough different days."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a rule paid for an activity, under a cause of the ledger; whether it counts at once."""

    activity: Activity
    rule: Rule
    amount: int
    cause: Cause
    is_active: bool


async def tiers_of(member_ids: Iterable[UUID], now: datetime) -> dict[UUID, str]:
    """The key of each member's tier."""
    return {member_id: tier.key for member_id, tier in (await tiers_queries.tiers_of(member_ids, now)).items()}


async def raise_all(paid: Sequence[Counted], now: datetime, actor: Acting) -> dict[UUID, str]:
    """Let credits count; the keys of the tiers that members reached by it. Points move nobody."""
    counted = [each for each in paid if each.rule.currency is Currency.CREDITS]
    receptions = [reception for each in counted if (reception := _reception(each))]
    if receptions:
        await tiers.receive_many(receptions)
    brought: Counter[UUID] = Counter()
    for each in counted:
        if each.is_active:
            brought[each.activity.member_id] += each.amount
    changes = await tiers.advance({each: Numbers(engagement=c) for each, c in brought.items()}, now, actor=actor)
    return {member_id: change.after for member_id, change in changes.items()}


async def lower(member_id: UUID, kind: str, causes: Sequence[Cause], now: datetime, actor: Actor | None) -> None:
    """Credits that an activity of this kind earned for these causes were taken back."""
    if causes and kind in METRICS:
        await tiers.forget_receptions(causes)
    if causes:
        await tiers.recede([member_id], now, actor=actor)


async def recount(member_id: UUID, now: datetime, actor: Actor | None) -> None:
    """A part of some credits was taken back."""
    await tiers.recede([member_id], now, actor=actor)


def _reception(counted: Counted) -> Reception | None:
    """Who stands behind the credits, where tiers ask for that."""
    activity = counted.activity
    if activity.kind not in METRICS or activity.other_id is None:
        return None
    return Reception(
        member_id=activity.member_id,
        metric=METRICS[activity.kind],
        giver_id=activity.other_id,
        worth=counted.amount,
        at=activity.occurred_at,
        cause=counted.cause,
    )
