"""The verbs of referrals: links, clicks, who brought whom, rewards, reviews, the programme."""

from community.referrals.service.binding import Origin, bind_joined, consider
from community.referrals.service.clicks import announce_visitors, forget_traces, keep_clicks
from community.referrals.service.links import (
    LinkPlan,
    create_link,
    create_link_for,
    default_link_of,
    disable_link,
    disable_link_for,
)
from community.referrals.service.places import link_url, places_of
from community.referrals.service.publishing import publish
from community.referrals.service.qualifying import keep_due, qualify, take_back
from community.referrals.service.reviewing import approve, reject

__all__ = [
    "LinkPlan",
    "Origin",
    "announce_visitors",
    "approve",
    "bind_joined",
    "consider",
    "create_link",
    "create_link_for",
    "default_link_of",
    "disable_link",
    "disable_link_for",
    "forget_traces",
    "keep_clicks",
    "keep_due",
    "link_url",
    "places_of",
    "publish",
    "qualify",
    "reject",
    "take_back",
]
