"""The verbs of tiers: contribute, withdraw, receive, recompute, set a plan's tier, lock, unlock, publish."""

from community.tiers.service.contributing import Contribution, contribute, contribute_many, withdraw
from community.tiers.service.locking import lock, unlock
from community.tiers.service.planning import set_plan_tier
from community.tiers.service.publishing import publish
from community.tiers.service.receiving import forget_reception, receive
from community.tiers.service.recomputing import recompute, recompute_many, settle_due

__all__ = [
    "Contribution",
    "contribute",
    "contribute_many",
    "forget_reception",
    "lock",
    "publish",
    "receive",
    "recompute",
    "recompute_many",
    "set_plan_tier",
    "settle_due",
    "unlock",
    "withdraw",
]
