"""The verbs of the ledger: award, activate, spend, reverse, adjust, settle what is due, reconcile."""

from community.ledger.service.adjusting import adjust
from community.ledger.service.awarding import Award, award, award_many
from community.ledger.service.maturing import activate, settle_due
from community.ledger.service.reconciling import Report, reconcile
from community.ledger.service.reversing import reverse, reverse_part
from community.ledger.service.spending import spend

__all__ = [
    "Award",
    "Report",
    "activate",
    "adjust",
    "award",
    "award_many",
    "reconcile",
    "reverse",
    "reverse_part",
    "settle_due",
    "spend",
]
