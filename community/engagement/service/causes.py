"""Under which cause the ledger knows what a rule paid."""

from community.ledger.rules.transfers import Cause


def ledger_cause(cause: Cause, rule: str, version: str | None = None) -> Cause:
    """The cause of an activity, with the rule that paid for it."""
    return Cause(cause.kind, f"{cause.key}:{rule}", version)
