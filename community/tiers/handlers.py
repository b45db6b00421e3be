"""What tiers hears: that credits began to count, or that staff corrected them."""

from community.kernel import clock
from community.ledger.facts import PointsActivated, PointsAdjusted, PointsMoved
from community.ledger.rules.transfers import Currency
from community.outbox import service as outbox
from community.tiers import service as tiers


@outbox.hears(PointsActivated)
async def count_activated(fact: PointsActivated) -> None:
    """Credits that were pending count now."""
    await _decide(fact)


@outbox.hears(PointsAdjusted)
async def count_adjusted(fact: PointsAdjusted) -> None:
    """Credits were given or taken by hand."""
    await _decide(fact)


async def _decide(fact: PointsMoved) -> None:
    if fact.currency == Currency.CREDITS:
        await tiers.recompute(fact.member_id, clock.now())
