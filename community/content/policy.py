"""Who may write content, and who publishes it."""

from uuid import UUID

from community.access.policy import Actor, Permission, require, require_member


def is_editor(actor: Actor) -> bool:
    """Whether the actor reads and writes everything: drafts, revisions, what is behind walls."""
    return actor.may(Permission.CONTENT_EDIT)


def require_editor(actor: Actor) -> UUID:
    """The id of the editor who is acting. Raises Unauthenticated or Forbidden."""
    require(actor, Permission.CONTENT_EDIT)
    return require_member(actor)


def require_publisher(actor: Actor) -> None:
    """Raise Unauthenticated or Forbidden unless the actor decides what readers see."""
    require(actor, Permission.CONTENT_PUBLISH)
