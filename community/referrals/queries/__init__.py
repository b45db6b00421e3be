"""What referrals tells: links, who brought whom and why, what it comes to, the programme."""

from community.referrals.queries.links import (
    LinkView,
    default_link,
    links_by_codes,
    links_by_ids,
    links_by_keys,
    links_of,
    links_seen_by,
    newest_links,
)
from community.referrals.queries.log import TouchView, touches_of
from community.referrals.queries.programmes import PublishedProgramme, programme_at, programme_of, programmes
from community.referrals.queries.referrals import (
    ReferralView,
    StatsView,
    joined_by,
    named_referrer_of,
    referral,
    referral_of,
    referrals_by,
    referrals_by_ids,
    referrals_seen_by,
    stats_of,
    stats_of_links,
    waiting_referrals,
)

__all__ = [
    "LinkView",
    "PublishedProgramme",
    "ReferralView",
    "StatsView",
    "TouchView",
    "default_link",
    "joined_by",
    "links_by_codes",
    "links_by_ids",
    "links_by_keys",
    "links_of",
    "links_seen_by",
    "named_referrer_of",
    "newest_links",
    "programme_at",
    "programme_of",
    "programmes",
    "referral",
    "referral_of",
    "referrals_by",
    "referrals_by_ids",
    "referrals_seen_by",
    "stats_of",
    "stats_of_links",
    "touches_of",
    "waiting_referrals",
]
