"""Posts or comments for many who look at them at the same moment: each as they may see it, in few statements."""

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

Look = tuple[Actor, UUID]
"""Who looks, and at which."""


async def posts_for(looks: Sequence[Look], along: Along = NOTHING) -> list[PostView | None]:
    """The post of each look as the actor may see it, in their order; one object for all who see the same.

    A statement, and one for each kind of actor.
    """
    rows = await _rows(OF_POSTS, POSTS, "p.id", looks, along)
    seen = await _seen(looks, POSTS, "p.id") if rows else [False for _ in looks]
    views = dict(zip(rows, database.views_of(PostView, rows.values()), strict=True))
    return [views.get(id) if is_seen else None for (_, id), is_seen in zip(looks, seen, strict=True)]


async def comments_for(looks: Sequence[Look], along: Along = NOTHING) -> list[CommentView | None]:
    """The comment of each look, likewise; one that was removed is an object for each look."""
    rows = await _rows(OF_COMMENTS, "posts_comment c", "c.id", looks, along)
    seen = await _seen(looks, COMMENTS, "c.id") if rows else [False for _ in looks]
    standing = {id: view_of(row, looks[0][0]) for id, row in rows.items() if row["removed_at"] is None}
    return [
        (standing.get(id) or view_of(rows[id], actor)) if is_seen and id in rows else None
        for (actor, id), is_seen in zip(looks, seen, strict=True)
    ]


async def _rows(columns: str, table: str, key: str, looks: Sequence[Look], along: Along) -> dict[UUID, asyncpg.Record]:
    ids = list(dict.fromkeys(id for _, id in looks))
    rows = await database.fetch(_by_ids(columns, table, key, along.company), ids, *along.given())
    along.keep(rows)
    return {row["id"]: row for row in rows}


@lru_cache(REMEMBERED)
def _by_ids(columns: str, table: str, key: str, company: Company) -> str:
    beside, joined = company.beside(1)
    return f"select {columns}{beside} from {table}{joined} where {key} = any($1::uuid[])"


async def _seen(looks: Sequence[Look], table: str, key: str) -> list[bool]:
    """Whether each of them may see it: asked at the one door, for all who have the same permissions together."""
    kinds: defaultdict[Sight, list[Look]] = defaultdict(list)
    for look in looks:
        kinds[sight_of(look[0])].append(look)
    seen = {sight: await _seen_by_kind(sight, alike, table, key) for sight, alike in kinds.items()}
    return [(actor.member_id, id) in seen[sight_of(actor)] for actor, id in looks]


async def _seen_by_kind(sight: Sight, alike: Sequence[Look], table: str, key: str) -> set[tuple[UUID | None, UUID]]:
    """The ids of those who may, None for who has none, each with what they may see. Blocks are their own."""
    question = Question()
    viewers = question.argument([actor.member_id for actor, _ in alike])
    things = question.argument([id for _, id in alike])
    theirs = sight._replace(viewer="look.viewer")
    theirs.posts(question)
    if table is COMMENTS:
        theirs.comments(question)
    rows = await database.fetch(
        f"select look.viewer, look.thing from unnest({viewers}::uuid[], {things}::uuid[]) look(viewer, thing)"
        f" join {table} on {key} = look.thing where {question.met}",
        *question.arguments,
    )
    return {(row["viewer"], row["thing"]) for row in rows}
