"""Who may see and change whose endpoints: staff with the permission. A partner's own hand is another line here."""

from community.access.policy import Actor, Permission, require


def require_read(actor: Actor) -> None:
    """Raise Unauthenticated or Forbidden unless the actor may read endpoints and what they were sent."""
    require(actor, Permission.WEBHOOKS_READ)


def may_read(actor: Actor) -> bool:
    """Whether the actor may read endpoints and what they were sent."""
    return actor.may(Permission.WEBHOOKS_READ)


def require_manage(actor: Actor) -> None:
    """Raise Unauthenticated or Forbidden unless the actor may make and change endpoints."""
    require(actor, Permission.WEBHOOKS_MANAGE)
