"""Who may see what somebody holds."""

from uuid import UUID

from community.access.policy import Actor, Permission


def can_read(actor: Actor, member_id: UUID) -> bool:
    """Rights with their sources: the member's own, and staff's who are trusted with them."""
    return actor.member_id == member_id or actor.may(Permission.ENTITLEMENTS_READ_ANY)
