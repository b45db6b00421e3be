"""Who may see and do what in the ledger."""

from uuid import UUID

from community.access.policy import Actor, Permission


def can_read(actor: Actor, member_id: UUID) -> bool:
    """Balance and statement: the member's own, and staff's who are trusted with them."""
    return actor.member_id == member_id or actor.may(Permission.LEDGER_READ_ANY)
