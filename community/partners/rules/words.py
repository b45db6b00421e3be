"""The words of partners."""

from community.kernel.words import Word


class Status(Word):
    """How a partner stands."""

    ACTIVE = "active", "It reports and earns."
    SUSPENDED = "suspended", "It reads what it earned before, and earns nothing for now."
    CLOSED = "closed", "It has left for good."


class LineKind(Word):
    """What a line of commission is."""

    EARNED = "earned", "A commission."
    REVERSED = "reversed", "A commission, or a part of one, that was taken back: below zero."
    PAID = "paid", "A payment: below zero, as it is owed no more."


class CauseKind(Word):
    """What a line comes from."""

    SIGN_UP = "sign_up", "A friend who qualified."
    ORDER = "order", "What a friend bought."
    CONVERSION = "conversion", "What the partner reported."
    PAYOUT = "payout", "A statement that was paid."


class LineStatus(Word):
    """How far a line has come."""

    PENDING = "pending", "It is held."
    APPROVED = "approved", "It is paid with the next statement."
    IN_STATEMENT = "in_statement", "It is in a statement that is not paid yet."
    PAID = "paid", "It is paid."


class StatementStatus(Word):
    """How far a statement has come."""

    OPEN = "open", "It is to be paid."
    PAID = "paid", "It is paid."
    CANCELLED = "cancelled", "It was cancelled; its lines go into the next one."
