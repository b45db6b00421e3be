"""What partners hears: that friends qualify or do not count, that orders are recorded and refunded."""

from community.orders.facts import OrderRecorded, OrderRefunded
from community.outbox import service as outbox
from community.partners import service as partners
from community.referrals.facts import ReferralQualified, ReferralRejected, ReferralReversed
from community.referrals.rules.owners import OwnerKind


@outbox.hears(ReferralQualified)
async def earn(fact: ReferralQualified) -> None:
    """A friend who qualified earns, with all that they bought before that was heard."""
    if fact.owner_kind == OwnerKind.PARTNER:
        await partners.settle_friend(fact.referral_id)


@outbox.hears(ReferralRejected)
async def take_back_rejected(fact: ReferralRejected) -> None:
    """Who does not count earns nothing."""
    if fact.owner_kind == OwnerKind.PARTNER:
        await partners.settle_friend(fact.referral_id)


@outbox.hears(ReferralReversed)
async def take_back_reversed(fact: ReferralReversed) -> None:
    """Whose first order was refunded did not qualify."""
    if fact.owner_kind == OwnerKind.PARTNER:
        await partners.settle_friend(fact.referral_id)


@outbox.hears(OrderRecorded)
async def earn_by_order(fact: OrderRecorded) -> None:
    """What a friend buys earns its share."""
    await partners.settle_order(fact.order_id, fact.member_id)


@outbox.hears(OrderRefunded)
async def take_back_refunded(fact: OrderRefunded) -> None:
    """What went back earns nothing."""
    await partners.settle_order(fact.order_id, fact.member_id)
