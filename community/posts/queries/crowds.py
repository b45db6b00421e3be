"""A post or a comment for many who look at it at the same moment: each as they may see it, in few statements."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from community import database
from community.access.policy import Actor, Permission
from community.database import Question
from community.kernel.along import NOTHING, Along
from community.posts.queries.comments import COLUMNS as OF_COMMENTS
from community.posts.queries.comments import CommentView, view_of
from community.posts.queries.posts import COLUMNS as OF_POSTS
from community.posts.queries.posts import PostView
from community.posts.queries.sight import Sight, visible_to

POSTS = "posts_post p"
COMMENTS = "(posts_comment c join posts_post p on p.id = c.post_id)"

Kind = tuple[bool, bool, bool]


async def post_for(actors: Sequence[Actor], post_id: UUID, along: Along = NOTHING) -> list[PostView | None]:
    """The post as each of the actors may see it, in their order. A statement, and one for each kind of actor."""
    row = await _row(f"select {OF_POSTS}{{along}} from posts_post p{{joined}} where p.id = {{id}}", post_id, along)
    if row is None:
        return [None for _ in actors]
    seen = await _seen(actors, POSTS, "p.id", post_id)
    view = PostView.of(row)
    return [view if is_seen else None for is_seen in seen]


async def comment_for(actors: Sequence[Actor], comment_id: UUID, along: Along = NOTHING) -> list[CommentView | None]:
    """The comment as each of the actors may see it, in their order. A statement, and one for each kind of actor."""
    row = await _row(
        f"select {OF_COMMENTS}{{along}} from posts_comment c{{joined}} where c.id = {{id}}", comment_id, along
    )
    if row is None:
        return [None for _ in actors]
    seen = await _seen(actors, COMMENTS, "c.id", comment_id)
    if row["removed_at"] is None:
        view = view_of(row, visible_to(actors[0]))
        return [view if is_seen else None for is_seen in seen]
    return [view_of(row, visible_to(actor)) if is_seen else None for actor, is_seen in zip(actors, seen, strict=True)]


async def _row(sql: str, id: UUID, along: Along) -> asyncpg.Record | None:
    question = Question()
    columns = along.columns(question)
    row = await database.fetch_one(
        sql.format(along=columns, joined=along.joined, id=question.argument(id)), *question.arguments
    )
    along.keep([row] if row else [])
    return row


async def _seen(actors: Sequence[Actor], table: str, key: str, id: UUID) -> list[bool]:
    """Whether each of them may see it: asked at the one door, for all who have the same permissions together."""
    kinds: defaultdict[Kind, list[Actor]] = defaultdict(list)
    for actor in actors:
        kinds[_kind(actor)].append(actor)
    seen = {kind: await _seen_by_kind(alike, table, key, id) for kind, alike in kinds.items()}
    return [actor.member_id in seen[_kind(actor)] for actor in actors]


async def _seen_by_kind(alike: Sequence[Actor], table: str, key: str, id: UUID) -> set[UUID | None]:
    """The ids of those who may; None for who has none."""
    question, ids = Question(), [actor.member_id for actor in alike if actor.member_id]
    sight = Sight(alike[0], viewer="viewer.id")
    question.require(f"{key} = {{}}", id)
    sight.posts(question)
    if table is COMMENTS:
        sight.comments(question)
    viewers = f"unnest({question.argument(ids)}::uuid[])" if ids else "(select null::uuid)"
    rows = await database.fetch(
        f"select viewer.id from {viewers} viewer(id) cross join {table} where {question.met}", *question.arguments
    )
    return {row["id"] for row in rows}


def _kind(actor: Actor) -> Kind:
    """Who is of one kind is shown the same, blocks and their own texts aside."""
    return (
        actor.member_id is None,
        actor.may(Permission.POSTS_READ_REMOVED),
        actor.may(Permission.POSTS_REMOVE_ANY),
    )
