"""Who may do and see what with campaigns."""

from uuid import UUID

from community.access.policy import Actor, Permission, require
from community.campaigns.rules.states import PUBLIC, State


def require_manager(actor: Actor) -> None:
    """Staff who publish for the company plan campaigns and draw their prizes."""
    require(actor, Permission.CAMPAIGNS_MANAGE)


def require_reviewer(actor: Actor) -> None:
    """Staff who look at what members write decide on entries."""
    require(actor, Permission.CAMPAIGNS_REVIEW)


def states_seen_by(actor: Actor) -> list[State]:
    """Drafts are for those who make them."""
    return list(State) if actor.may(Permission.CAMPAIGNS_MANAGE) else [state for state in State if state in PUBLIC]


def can_read_entry(actor: Actor, member_id: UUID) -> bool:
    """Why something is no entry is told to its author and to staff. That a post counts is public."""
    return actor.member_id == member_id or actor.may(Permission.CAMPAIGNS_REVIEW)
