"""Posts or comments for many who look at them at the same moment: each as they may see it, in few statements."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

import asyncpg

from community import database
from community.access.policy import ANONYMOUS, Look
from community.database import Question
from community.kernel.along import NOTHING, REMEMBERED, Along, Company
from community.posts.queries.comments import COLUMNS as OF_COMMENTS
from community.posts.queries.comments import CommentView, view_of
from community.posts.queries.posts import COLUMNS as OF_POSTS
from community.posts.queries.posts import PostView
from community.posts.queries.sight import Sight, sight_of

POSTS = "posts_post p"
COMMENTS = "(posts_comment c join posts_post p on p.id = c.post_id)"


async def posts_for(looks: Sequence[Look], along: Along = NOTHING) -> list[list[PostView]]:
    """For each look the posts that the actor may see, in the order of the look; one object for all who see the same.

    A statement, and one for each kind of actor.
    """
    rows = await _rows(OF_POSTS, POSTS, "p.id", looks, along)
    views = dict(zip(rows, database.views_of(PostView, rows.values()), strict=True))
    return [[views[id] for id in ids if id in views] for ids in await _seen(looks, POSTS, "p.id")]


async def comments_for(looks: Sequence[Look], along: Along = NOTHING) -> list[list[CommentView]]:
    """For each look the comments, likewise; one that was removed is an object for each look."""
    rows = await _rows(OF_COMMENTS, "posts_comment c", "c.id", looks, along)
    standing = {id: view_of(row, ANONYMOUS) for id, row in rows.items() if row["removed_at"] is None}
    return [
        [standing.get(id) or view_of(rows[id], actor) for id in ids if id in rows]
        for (actor, _), ids in zip(looks, await _seen(looks, COMMENTS, "c.id"), strict=True)
    ]


async def _rows(columns: str, table: str, key: str, looks: Sequence[Look], along: Along) -> dict[UUID, asyncpg.Record]:
    one, *others = dict.fromkeys(id for _, ids in looks for id in ids)
    statement = _by_id(columns, table, key, along.company, is_one=not others)
    rows = await database.fetch(statement, [one, *others] if others else one, *along.given())
    along.keep(rows)
    return {row["id"]: row for row in rows}


@lru_cache(REMEMBERED)
def _by_id(columns: str, table: str, key: str, company: Company, *, is_one: bool) -> str:
    """For one id, PostgreSQL plans once; for a list of ids it would plan each time that the list has only one."""
    beside, joined = company.beside(1)
    return f"select {columns}{beside} from {table}{joined} where {key} = {'$1' if is_one else 'any($1::uuid[])'}"


async def _seen(looks: Sequence[Look], table: str, key: str) -> list[list[UUID]]:
    """What each may see: asked at the one door, for all who have the same permissions together."""
    kinds: defaultdict[Sight, list[int]] = defaultdict(list)
    for number, (actor, _) in enumerate(looks):
        kinds[sight_of(actor)].append(number)
    seen: list[list[UUID]] = [[] for _ in looks]
    for sight, alike in kinds.items():
        pairs = [(number, id) for number in alike for id in looks[number][1]]
        viewers = [looks[number][0].member_id for number, _ in pairs]
        for place in await _places_seen(sight, viewers, [id for _, id in pairs], table, key):
            number, id = pairs[place]
            seen[number].append(id)
    return seen


async def _places_seen(
    sight: Sight, viewers: Sequence[UUID | None], things: Sequence[UUID], table: str, key: str
) -> list[int]:
    """The places in the lists at which the viewer may see the thing, in order. Blocks are a viewer's own."""
    question = Question()
    looks = f"unnest({question.argument(viewers)}::uuid[], {question.argument(things)}::uuid[])"
    theirs = sight._replace(viewer="look.viewer")
    theirs.posts(question)
    if table is COMMENTS:
        theirs.comments(question)
    rows = await database.fetch(
        f"select look.place from {looks} with ordinality look(viewer, thing, place)"
        f" join {table} on {key} = look.thing where {question.met}",
        *question.arguments,
    )
    return sorted(row["place"] - 1 for row in rows)
