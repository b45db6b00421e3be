"""Who may do what about partners: staff by permission, a partner's key by its scopes and for itself alone."""

from uuid import UUID

from community.access.policy import Actor, Permission, Scope, require
from community.kernel.errors import Forbidden, Unauthenticated
from community.partners.errors import NotInSandbox, PartnersOnly

PARTNER_SCOPES = frozenset(
    {Scope.REFERRALS_READ, Scope.CONVERSIONS_WRITE, Scope.STATEMENTS_READ, Scope.WEBHOOKS_MANAGE}
)
"""What a partner's key can be made for."""


def require_manager(actor: Actor) -> None:
    """Staff who make, edit and suspend partners."""
    require(actor, Permission.PARTNERS_MANAGE)


def require_payer(actor: Actor) -> None:
    """Staff who pay partners."""
    require(actor, Permission.PARTNERS_PAY)


def require_reader(actor: Actor) -> None:
    """Staff who read about all partners."""
    require(actor, Permission.PARTNERS_READ_ANY)


def require_partner(actor: Actor, *scopes: Scope) -> UUID:
    """The partner who is acting, by a key with one of these scopes; with any, where none is named."""
    if actor.partner_id is None:
        raise Unauthenticated if actor.key_id is None and actor.member_id is None else PartnersOnly
    if scopes and not actor.scopes & set(scopes):
        raise Forbidden(scopes[0].value)
    return actor.partner_id


def require_real(actor: Actor, scope: Scope) -> UUID:
    """The same, by a key that is not for the sandbox, which touches nothing real."""
    partner_id = require_partner(actor, scope)
    if actor.is_sandbox:
        raise NotInSandbox
    return partner_id


def require_read(actor: Actor, partner_id: UUID, *scopes: Scope) -> None:
    """Raise Forbidden unless the actor may see rows of this partner for which the scopes are."""
    if not can_read(actor, partner_id, *scopes):
        raise Forbidden(scopes[0].value)


def can_read(actor: Actor, partner_id: UUID, *scopes: Scope) -> bool:
    """Whether the actor may see rows of a partner: its own by a key with one of the scopes, or staff."""
    if actor.partner_id is not None:
        return actor.partner_id == partner_id and (not scopes or bool(actor.scopes & set(scopes)))
    return actor.may(Permission.PARTNERS_READ_ANY)


def require_read_real(actor: Actor, partner_id: UUID, scope: Scope) -> None:
    """The same for what there is not in the sandbox."""
    require_read(actor, partner_id, scope)
    if actor.is_sandbox:
        raise NotInSandbox
