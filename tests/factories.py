"""Builders with small defaults: a test names only what it is about."""

from itertools import count

from community.access.policy import Actor, Kind, Role
from community.members import service as members

PASSWORD = "a long enough one"

_numbers = count(1)


async def a_member(*, handle: str | None = None, roles: frozenset[Role] = frozenset(), **profile: str) -> Actor:
    """Somebody who has just joined, as the actor they are; staff roles are claimed, not granted."""
    name = handle or f"member{next(_numbers)}"
    joined = await members.join(
        email=f"{name}@example.com", password=PASSWORD, handle=name, **{"display_name": name, **profile}
    )
    return Actor(
        kind=Kind.MEMBER,
        member_id=joined.member.id,
        session_id=joined.session.session_id,
        roles=frozenset({Role.MEMBER, *roles}),
    )
