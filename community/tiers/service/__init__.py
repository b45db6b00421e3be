"""The verbs of tiers: what counts and what does not any more, where that leads, plans, locks, publishing."""

from community.tiers.service.contributing import Contribution, contribute, contribute_many, withdraw
from community.tiers.service.locking import lock, unlock
from community.tiers.service.planning import set_plan_tier
from community.tiers.service.publishing import publish
from community.tiers.service.receiving import Reception, forget_receptions, receive_many
from community.tiers.service.recomputing import advance, recede, recompute, recompute_many, settle_due

__all__ = [
    "Contribution",
    "Reception",
    "advance",
    "contribute",
    "contribute_many",
    "forget_receptions",
    "lock",
    "publish",
    "recede",
    "receive_many",
    "recompute",
    "recompute_many",
    "set_plan_tier",
    "settle_due",
    "unlock",
    "withdraw",
]
