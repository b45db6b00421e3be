"""What buying is to engagement and to tiers: subject and causes."""

from uuid import UUID

from community.engagement.rules.activities import OwnKind, Subject
from community.ledger.rules.transfers import Cause

ORDER = "order"


def order_subject(order_id: UUID) -> Subject:
    """An order."""
    return Subject(ORDER, order_id)


def earned_by(order_id: UUID) -> Cause:
    """For what engagement pays."""
    return Cause(OwnKind.ORDER_PAID, str(order_id))


def spent_by(order_id: UUID) -> Cause:
    """What counts for the spend track."""
    return Cause(ORDER, str(order_id))
