"""The verbs of entitlements: grant, revoke, unlock, open what was bought, give, settle, publish."""

from community.entitlements.service.gifting import accept, decline, give, present, return_unanswered
from community.entitlements.service.granting import (
    STAFF,
    Granting,
    grant,
    grant_by_staff,
    grant_many,
    revoke,
    revoke_by_staff,
)
from community.entitlements.service.publishing import publish
from community.entitlements.service.purchasing import BoughtLine, close_for_refund, open_for_purchase
from community.entitlements.service.settling import settle_due, settle_feature, settle_tier
from community.entitlements.service.unlocking import Unlocked, unlock

__all__ = [
    "STAFF",
    "BoughtLine",
    "Granting",
    "Unlocked",
    "accept",
    "close_for_refund",
    "decline",
    "give",
    "grant",
    "grant_by_staff",
    "grant_many",
    "open_for_purchase",
    "present",
    "publish",
    "return_unanswered",
    "revoke",
    "revoke_by_staff",
    "settle_due",
    "settle_feature",
    "settle_tier",
    "unlock",
]
