"""Who may record, refund and read orders."""

from uuid import UUID

from community.access.policy import Actor, Kind, Permission, require


def require_recorder(actor: Actor) -> None:
    """Staff, and the keys of a shop, a till or a partner."""
    require(actor, Permission.ORDERS_RECORD)


def require_refunder(actor: Actor) -> None:
    """The same who record, where they are trusted with that too."""
    require(actor, Permission.ORDERS_REFUND)


def source_of(actor: Actor, name: str) -> str:
    """The name under which this actor's ids are kept: what one partner reports never meets what others report."""
    return f"{name}@{actor.key_id}" if actor.kind is Kind.PARTNER else name


def can_read(actor: Actor, member_id: UUID, source: str) -> bool:
    """Whether they may see an order: its member, staff who are trusted with orders, and who recorded it by a key."""
    if actor.kind is Kind.PARTNER:
        return actor.may(Permission.ORDERS_RECORD) and source.endswith(f"@{actor.key_id}")
    return can_read_all_of(actor, member_id) or actor.may(Permission.ORDERS_RECORD)


def can_read_all_of(actor: Actor, member_id: UUID) -> bool:
    """Whether they may see every order of a member."""
    return actor.member_id == member_id or actor.may(Permission.ORDERS_READ_ANY)
