"""What campaigns tell: campaigns, entries, leaderboards, results, draws."""

from community.campaigns.queries.campaigns import SHAPE as CAMPAIGN_SHAPE
from community.campaigns.queries.campaigns import (
    CampaignView,
    Filter,
    Order,
    VersionView,
    campaign,
    campaign_by_slug,
    campaigns,
    campaigns_by_ids,
    campaigns_of_hashtags,
    versions_of,
    versions_seen_by,
)
from community.campaigns.queries.draws import DrawView, draws_of
from community.campaigns.queries.entries import (
    EntryView,
    RewardState,
    can_read_reward,
    entries_by_ids,
    entries_of_campaigns,
    entries_of_member,
    entries_of_posts,
    own_entries_in,
)
from community.campaigns.queries.entries import Filter as EntryFilter
from community.campaigns.queries.leaderboards import LEADER_SHAPE, LeaderView, leaderboards, weeks_of
from community.campaigns.queries.openings import Opening, openings
from community.campaigns.queries.results import ResultsView, results_of, results_seen_by

__all__ = [
    "CAMPAIGN_SHAPE",
    "LEADER_SHAPE",
    "CampaignView",
    "DrawView",
    "EntryFilter",
    "EntryView",
    "Filter",
    "LeaderView",
    "Opening",
    "Order",
    "ResultsView",
    "RewardState",
    "VersionView",
    "campaign",
    "campaign_by_slug",
    "campaigns",
    "campaigns_by_ids",
    "campaigns_of_hashtags",
    "can_read_reward",
    "draws_of",
    "entries_by_ids",
    "entries_of_campaigns",
    "entries_of_member",
    "entries_of_posts",
    "leaderboards",
    "openings",
    "own_entries_in",
    "results_of",
    "results_seen_by",
    "versions_of",
    "versions_seen_by",
    "weeks_of",
]
