"""Who may see and do what with members."""

from uuid import UUID

from community.access.policy import Actor, Permission


def can_read_private(actor: Actor, member_id: UUID) -> bool:
    """Consents, restrictions and birthday: the member's own, and staff's who are trusted with them."""
    return actor.member_id == member_id or actor.may(Permission.MEMBERS_READ_PRIVATE)


def can_label(actor: Actor) -> bool:
    """Staff's marks are seen by those who make them, and never by the members themselves."""
    return actor.may(Permission.MEMBERS_LABEL)
