"""Who may see what of a member's standing."""

from uuid import UUID

from community.access.policy import Actor, Permission


def can_read(actor: Actor, member_id: UUID) -> bool:
    """Numbers, entries and history: the member's own, and staff's who are trusted with them. The tier is public."""
    return actor.member_id == member_id or actor.may(Permission.TIERS_READ_ANY)
