"""What a friend earns the partner who brought them: for qualifying, and by what they buy."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community.partners.rules.lines import Owed
from community.partners.rules.plans import Plan
from community.partners.rules.standings import Standings, was_active
from community.partners.rules.words import CauseKind
from community.referrals.rules.stages import Review, Stage

QUALIFIED = (Stage.QUALIFIED, Stage.REWARDED)
BELIEVED = (Review.CLEAR, Review.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Friend:
    """A friend as they stand now: `plan` is the one under which they joined, `first_at` when they first bought."""

    referral_id: UUID
    link_id: UUID | None
    stage: Stage
    review: Review
    is_reported: bool
    qualified_at: datetime | None
    held_until: datetime | None
    first_at: datetime
    plan: Plan | None
    standings: Standings

    @property
    def is_believed(self) -> bool:
        """Whether they count at all: honest, and not reported as a conversion besides."""
        return self.review in BELIEVED and not self.is_reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a friend bought, and what of it was not refunded, in minor units."""

    order_id: UUID
    left: int
    placed_at: datetime
    is_first: bool


def owed_for_sign_up(friend: Friend, *, now: datetime) -> Owed:
    """What is owed for a friend who qualified; it is held at least as long as the referral is."""
    plan = friend.plan
    earns = (
        friend.is_believed and friend.stage in QUALIFIED and was_active(friend.standings, friend.qualified_at or now)
    )
    due_at = plan.due_at(now) if plan else now
    return Owed(
        cause=CauseKind.SIGN_UP,
        cause_id=friend.referral_id,
        amount=plan.per_sign_up if plan and earns else 0,
        due_at=max(due_at, friend.held_until) if friend.held_until else due_at,
        plan_version=plan.version if plan else None,
        link_id=friend.link_id,
    )


def owed_for_order(purchase: Purchase, friend: Friend, *, now: datetime) -> Owed:
    """What is owed for something that a friend bought."""
    plan = friend.plan
    return Owed(
        cause=CauseKind.ORDER,
        cause_id=purchase.order_id,
        amount=plan.share_of(purchase.left) if plan and _earns(purchase, friend, plan) else 0,
        due_at=plan.due_at(now) if plan else now,
        plan_version=plan.version if plan else None,
        link_id=friend.link_id,
    )


def _earns(purchase: Purchase, friend: Friend, plan: Plan) -> bool:
    # A reversed referral is one whose first order was refunded: later orders stand by themselves.
    return (
        friend.is_believed
        and friend.stage in (*QUALIFIED, Stage.REVERSED)
        and was_active(friend.standings, purchase.placed_at)
        and plan.counts(purchase.placed_at, first_at=friend.first_at, is_first=purchase.is_first)
    )
