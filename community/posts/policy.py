"""Who may do what with a text that is already visible to them."""

from uuid import UUID

from community.access.policy import Actor, Permission


def can_edit(actor: Actor, author_id: UUID | None, *, is_removed: bool) -> bool:
    """Its author, while it stands."""
    return actor.member_id == author_id and not is_removed


def can_remove(actor: Actor, author_id: UUID | None, *, is_removed: bool) -> bool:
    """Its author and moderators, while it stands."""
    return not is_removed and (actor.member_id == author_id or actor.may(Permission.POSTS_REMOVE_ANY))


def can_read_removed(actor: Actor, author_id: UUID) -> bool:
    """Its author, and staff who are trusted with it."""
    return actor.member_id == author_id or actor.may(Permission.POSTS_READ_REMOVED)
