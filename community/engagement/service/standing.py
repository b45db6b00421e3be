"""What engagement asks of tiers and tells them: the tier a member has, and that what counts towards it has changed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community.access.policy import Actor
from community.engagement.rules.activities import Activity, OwnKind
from community.engagement.rules.programme import Rule
from community.ledger.rules.transfers import Cause, Currency
from community.tiers import queries as tiers_queries
from community.tiers import service as tiers

METRICS = {OwnKind.REACTION_RECEIVED: "reactions"}
"""What tiers count only from enough different members, on enough different days."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Credits that a rule paid for an activity, under a cause of the ledger."""

    activity: Activity
    rule: Rule
    amount: int
    cause: Cause


async def tiers_of(member_ids: Iterable[UUID], now: datetime) -> dict[UUID, str]:
    """The key of each member's tier."""
    return {member_id: tier.key for member_id, tier in (await tiers_queries.tiers_of(member_ids, now)).items()}


async def raise_all(paid: Sequence[Counted], now: datetime, actor: Actor | None) -> dict[UUID, str]:
    """Let credits count; the keys of the tiers that members reached by it. Points move nobody."""
    counted = [each for each in paid if each.rule.currency is Currency.CREDITS]
    for each in counted:
        metric, giver_id = METRICS.get(each.activity.kind), each.activity.other_id  # type: ignore[call-overload]
        if metric and giver_id:
            await tiers.receive(
                each.activity.member_id,
                metric=metric,
                giver_id=giver_id,
                worth=each.amount,
                at=each.activity.occurred_at,
                cause=each.cause,
            )
    if not counted:
        return {}
    changes = await tiers.recompute_many({each.activity.member_id for each in counted}, now, actor=actor)
    return {member_id: change.after for member_id, change in changes.items()}


async def lower(member_id: UUID, causes: Collection[Cause], now: datetime, actor: Actor | None) -> None:
    """Credits for these causes were taken back."""
    for cause in causes:
        await tiers.forget_reception(cause)
    if causes:
        await tiers.recompute(member_id, now, actor=actor)


async def recount(member_id: UUID, now: datetime, actor: Actor | None) -> None:
    """A part of some credits was taken back."""
    await tiers.recompute(member_id, now, actor=actor)
