"""A post or a comment for many who look at it at the same moment: each as they may see it, in few statements."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

import asyncpg

from community import database
from community.access.policy import Actor
from community.database import Question
from community.kernel.along import NOTHING, REMEMBERED, Along, Company
from community.posts.queries.comments import COLUMNS as OF_COMMENTS
from community.posts.queries.comments import CommentView, view_of
from community.posts.queries.posts import COLUMNS as OF_POSTS
from community.posts.queries.posts import PostView
from community.posts.queries.sight import Sight, sight_of

POSTS = "posts_post p"
COMMENTS = "(posts_comment c join posts_post p on p.id = c.post_id)"


async def post_for(actors: Sequence[Actor], post_id: UUID, along: Along = NOTHING) -> list[PostView | None]:
    """The post as each of the actors may see it, in their order. A statement, and one for each kind of actor."""
    row = await _row(OF_POSTS, POSTS, "p.id", post_id, along)
    if row is None:
        return [None for _ in actors]
    seen = await _seen(actors, POSTS, "p.id", post_id)
    (view,) = database.views_of(PostView, [row])
    return [view if is_seen else None for is_seen in seen]


async def comment_for(actors: Sequence[Actor], comment_id: UUID, along: Along = NOTHING) -> list[CommentView | None]:
    """The comment as each of the actors may see it, in their order. A statement, and one for each kind of actor."""
    row = await _row(OF_COMMENTS, "posts_comment c", "c.id", comment_id, along)
    if row is None:
        return [None for _ in actors]
    seen = await _seen(actors, COMMENTS, "c.id", comment_id)
    if row["removed_at"] is None:
        view = view_of(row, actors[0])
        return [view if is_seen else None for is_seen in seen]
    return [view_of(row, actor) if is_seen else None for actor, is_seen in zip(actors, seen, strict=True)]


async def _row(columns: str, table: str, key: str, id: UUID, along: Along) -> asyncpg.Record | None:
    rows = await database.fetch(_by_id(columns, table, key, along.company), id, *along.given())
    along.keep(rows)
    return rows[0] if rows else None


@lru_cache(REMEMBERED)
def _by_id(columns: str, table: str, key: str, company: Company) -> str:
    beside, joined = company.beside(1)
    return f"select {columns}{beside} from {table}{joined} where {key} = $1"


async def _seen(actors: Sequence[Actor], table: str, key: str, id: UUID) -> list[bool]:
    """Whether each of them may see it: asked at the one door, for all who have the same permissions together."""
    kinds: defaultdict[Sight, list[Actor]] = defaultdict(list)
    for actor in actors:
        kinds[sight_of(actor)].append(actor)
    seen = {sight: await _seen_by_kind(sight, alike, table, key, id) for sight, alike in kinds.items()}
    return [actor.member_id in seen[sight_of(actor)] for actor in actors]


async def _seen_by_kind(sight: Sight, alike: Sequence[Actor], table: str, key: str, id: UUID) -> set[UUID | None]:
    """The ids of those who may; None for who has none. Blocks, and what they wrote, are their own."""
    question, ids = Question(), [actor.member_id for actor in alike if actor.member_id]
    theirs = sight._replace(viewer="viewer.id")
    question.require(f"{key} = {{}}", id)
    theirs.posts(question)
    if table is COMMENTS:
        theirs.comments(question)
    viewers = f"unnest({question.argument(ids)}::uuid[])" if ids else "(select null::uuid)"
    rows = await database.fetch(
        f"select viewer.id from {viewers} viewer(id) cross join {table} where {question.met}", *question.arguments
    )
    return {row["id"] for row in rows}
