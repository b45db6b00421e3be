"""Builders with small defaults: a test names only what it is about."""

from itertools import count
from typing import Any

from community.access.policy import Actor, Kind, Role
from community.members import service as members
from community.posts import service as posts
from community.posts.queries import CommentView, PostView

PASSWORD = "a long enough one"

_numbers = count(1)


async def a_member(*, handle: str | None = None, roles: frozenset[Role] = frozenset(), **profile: Any) -> Actor:
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


async def a_post(author: Actor, source: str = "今天天氣很好") -> PostView:
    """Something that `author` wrote."""
    return await posts.write(author, source)


async def a_comment(author: Actor, on: PostView | CommentView, source: str = "說得好") -> CommentView:
    """An answer of `author` to a post or a comment."""
    return await (posts.comment if isinstance(on, PostView) else posts.reply)(author, on.id, source)
