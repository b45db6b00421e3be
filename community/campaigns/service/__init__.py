"""The verbs of campaigns: plan, open, close, cancel, consider posts, review, count reactions, seal, draw, settle."""

from community.campaigns.service.drawing import draw_prizes
from community.campaigns.service.entering import consider
from community.campaigns.service.gating import count_reactions
from community.campaigns.service.joining import note_join
from community.campaigns.service.moving import (
    cancel,
    close,
    close_due,
    lapse_due,
    open_due,
    open_now,
    schedule,
    seal_due,
    settle_due,
)
from community.campaigns.service.planning import create, edit
from community.campaigns.service.reviewing import accept_entries, refuse_entries, undo_review

__all__ = [
    "accept_entries",
    "cancel",
    "close",
    "close_due",
    "consider",
    "count_reactions",
    "create",
    "draw_prizes",
    "edit",
    "lapse_due",
    "note_join",
    "open_due",
    "open_now",
    "refuse_entries",
    "schedule",
    "seal_due",
    "settle_due",
    "undo_review",
]
