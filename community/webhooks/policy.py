"""Who may see and change whose endpoints: staff all of them, by permission; a partner's own key the partner's."""

from community.access.policy import Actor, Permission, Scope, require
from community.kernel.errors import Forbidden
from community.webhooks.rules.owners import HOUSE, Owner, OwnerKind


def owner_for(actor: Actor) -> Owner:
    """For whom the actor makes endpoints: a partner for itself, all others for the house."""
    return Owner(OwnerKind.PARTNER, actor.partner_id) if actor.partner_id else HOUSE


def require_read(actor: Actor) -> None:
    """Raise Unauthenticated or Forbidden unless the actor may read endpoints and what they were sent."""
    if actor.partner_id is None:
        require(actor, Permission.WEBHOOKS_READ)
    else:
        _require_own_hand(actor)


def may_read(actor: Actor) -> bool:
    """Whether the actor may read endpoints and what they were sent: all of them, or its own."""
    return _has_own_hand(actor) if actor.partner_id else actor.may(Permission.WEBHOOKS_READ)


def reaches(actor: Actor, owner: Owner) -> bool:
    """Whether an endpoint of this owner is there for the actor."""
    return actor.partner_id is None or owner == owner_for(actor)


def require_manage(actor: Actor) -> None:
    """Raise Unauthenticated or Forbidden unless the actor may make and change endpoints."""
    if actor.partner_id is None:
        require(actor, Permission.WEBHOOKS_MANAGE)
    else:
        _require_own_hand(actor)


def _require_own_hand(actor: Actor) -> None:
    if not _has_own_hand(actor):
        raise Forbidden(Scope.WEBHOOKS_MANAGE.value)


def _has_own_hand(actor: Actor) -> bool:
    """A key for the sandbox has none: what it does is never announced."""
    return Scope.WEBHOOKS_MANAGE in actor.scopes and not actor.is_sandbox
