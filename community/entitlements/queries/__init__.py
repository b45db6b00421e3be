"""What entitlements tell: who may use what and why, what opens a feature, what was given and what became of it."""

from community.entitlements.queries.features import FeatureVersionView, catalogue, catalogues_at, versions_of
from community.entitlements.queries.gifts import GiftView, Outcome, gift, gifts_by_ids, gifts_from, gifts_to
from community.entitlements.queries.history import GrantView, grants_by_ids, grants_of
from community.entitlements.queries.offers import Offer, PassOffer, PointsOffer, TierOffer, ways_to
from community.entitlements.queries.rights import can, rights_of, rights_seen_by
from community.entitlements.queries.snapshots import snapshot_of

__all__ = [
    "FeatureVersionView",
    "GiftView",
    "GrantView",
    "Offer",
    "Outcome",
    "PassOffer",
    "PointsOffer",
    "TierOffer",
    "can",
    "catalogue",
    "catalogues_at",
    "gift",
    "gifts_by_ids",
    "gifts_from",
    "gifts_to",
    "grants_by_ids",
    "grants_of",
    "rights_of",
    "rights_seen_by",
    "snapshot_of",
    "versions_of",
    "ways_to",
]
