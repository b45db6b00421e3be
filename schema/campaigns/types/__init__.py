"""Campaigns and their entries as the graph shows them."""

from schema.campaigns import enums as enums
from schema.campaigns.types.campaigns import Campaign
from schema.campaigns.types.entries import CampaignEntry

__all__ = ["Campaign", "CampaignEntry"]
