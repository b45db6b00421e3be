"""The verbs of partners: accounts and keys, links, conversions, commissions, statements."""

from community.partners.service.accounts import close, create, create_key, edit, publish_plan, reinstate, suspend
from community.partners.service.earning import settle_friend, settle_order
from community.partners.service.lines import approve_due
from community.partners.service.linking import create_link, disable_link
from community.partners.service.paying import cancel, mark_paid, pay
from community.partners.service.reporting import Answer, reject_conversion, report

__all__ = [
    "Answer",
    "approve_due",
    "cancel",
    "close",
    "create",
    "create_key",
    "create_link",
    "disable_link",
    "edit",
    "mark_paid",
    "pay",
    "publish_plan",
    "reinstate",
    "reject_conversion",
    "report",
    "settle_friend",
    "settle_order",
    "suspend",
]
