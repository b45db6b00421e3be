"""What entitlements hears: that somebody's tier changed, and that a feature did."""

from community.entitlements import jobs
from community.entitlements import service as entitlements
from community.entitlements.facts import FeaturePublished
from community.outbox import service as outbox
from community.tiers.facts import TierChanged, TierLost, TierReached


@outbox.hears(TierReached, TierLost)
async def announce_what_the_tier_opens(fact: TierChanged) -> None:
    """It is looked up anew, so that an older fact heard later says nothing that is not true any more."""
    await entitlements.settle_tier(fact.member_id)


@outbox.hears(FeaturePublished)
async def announce_what_the_feature_opens(fact: FeaturePublished) -> None:
    """It may concern everybody, so it follows a little at a time."""
    if fact.tier != fact.tier_before:
        await jobs.announce_feature.enqueue(feature=fact.feature)
