"""Who may see and decide what about referrals."""

from community.access.policy import Actor, Permission, Scope, require
from community.referrals.rules.owners import Owner, OwnerKind


def is_own(actor: Actor, owner: Owner) -> bool:
    """Whether the acting member is the owner."""
    return owner.kind is OwnerKind.MEMBER and owner.id == actor.member_id


def can_read_link(actor: Actor, owner: Owner) -> bool:
    """Links are shown to a partner's own key as well; who came by them is not."""
    is_partners = owner.kind is OwnerKind.PARTNER and owner.id == actor.partner_id
    return can_read(actor, owner) or (is_partners and Scope.REFERRALS_READ in actor.scopes)


def can_read(actor: Actor, owner: Owner) -> bool:
    """Links and referrals: their owner's, and staff's who are trusted with all of them."""
    return is_own(actor, owner) or actor.may(Permission.REFERRALS_READ_ANY)


def require_reviewer(actor: Actor) -> None:
    """Staff who decide about doubtful referrals."""
    require(actor, Permission.REFERRALS_REVIEW)


def require_reader(actor: Actor) -> None:
    """Staff who may read why somebody counts as brought by somebody."""
    require(actor, Permission.REFERRALS_READ_ANY)


def require_publisher(actor: Actor) -> None:
    """Staff who are trusted with the programme."""
    require(actor, Permission.REFERRALS_PUBLISH)


def can_disable(actor: Actor) -> bool:
    """Staff who keep order may end anybody's link."""
    return actor.may(Permission.REFERRALS_REVIEW)
