"""Comments as an actor sees them: by id, and as pages below many posts or comments at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import asyncpg

from community import database
from community.access.policy import Actor
from community.database import Question, Statement
from community.kernel.along import NOTHING, REMEMBERED, Along, Company
from community.kernel.errors import NotFound
from community.kernel.pages import Page, PageRequest, page_of
from community.posts.queries.sight import ME, Sight, reads, sight_of
from community.posts.rules.markdown import rendered

COLUMNS = (
    "c.id, c.post_id, c.parent_id, c.depth, c.author_id, c.source, c.html, c.renderer, c.mention_handles,"
    " c.mention_ids, c.written_at, c.edited_at, c.removed_at, c.removed_by, c.removal_reason"
)


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment. Where it was removed and the actor may not look behind that, who wrote what is None."""

    id: UUID
    post_id: UUID
    parent_id: UUID | None
    depth: int
    author_id: UUID | None
    source: str | None
    html: str | None
    mentioned_ids: Sequence[UUID]
    written_at: datetime
    edited_at: datetime | None = None
    removed_at: datetime | None = None
    removed_by: UUID | None = None
    removal_reason: str | None = None

    @property
    def is_removed(self) -> bool:
        """Whether it was taken down."""
        return self.removed_at is not None


async def comments(actor: Actor, ids: Sequence[UUID], along: Along = NOTHING) -> dict[UUID, CommentView]:
    """The comments among `ids` that the actor may see, which includes seeing their posts."""
    statement = _among(sight_of(actor), along.company)
    rows = await database.fetch(statement.sql, *statement.given({IDS: list(ids), ME: actor.member_id}, along))
    along.keep(rows)
    return {row["id"]: view_of(row, actor) for row in rows}


async def comment(actor: Actor, comment_id: UUID, along: Along = NOTHING) -> CommentView:
    """One comment. Raises NotFound where there is none that the actor may see."""
    found = (await comments(actor, [comment_id], along)).get(comment_id)
    if found is None:
        raise NotFound("Comment")
    return found


async def threads(
    actor: Actor, post_ids: Sequence[UUID], page: PageRequest, along: Along = NOTHING
) -> list[Page[CommentView]]:
    """The same page of answers below each of these visible posts, oldest first. One statement."""
    return await _below(actor, "post_id", post_ids, page, along)


async def replies(
    actor: Actor, comment_ids: Sequence[UUID], page: PageRequest, along: Along = NOTHING
) -> list[Page[CommentView]]:
    """The same page of replies to each of these visible comments, oldest first. One statement."""
    return await _below(actor, "parent_id", comment_ids, page, along)


async def _below(
    actor: Actor, column: str, ids: Sequence[UUID], page: PageRequest, along: Along
) -> list[Page[CommentView]]:
    statement = _under(sight_of(actor), column, page.named, along.company)
    values = {IDS: list(set(ids)), ME: actor.member_id, **page.values}
    rows = await database.fetch(statement.sql, *statement.given(values, along))
    along.keep(rows)
    below: defaultdict[UUID, list[CommentView]] = defaultdict(list)
    for row in rows:
        below[row[column]].append(view_of(row, actor))
    pages = {parent: page_of(found, page, _key) for parent, found in below.items()}
    return [pages.get(parent_id) or page_of([], page, _key) for parent_id in ids]


def _key(comment: CommentView) -> tuple[UUID]:
    return (comment.id,)


def view_of(row: asyncpg.Record, actor: Actor) -> CommentView:
    """The comment in a row of `COLUMNS`, as far as it may be seen."""
    readable = reads(actor, row["author_id"], is_removed=row["removed_at"] is not None)
    return CommentView(
        id=row["id"],
        post_id=row["post_id"],
        parent_id=row["parent_id"],
        depth=row["depth"],
        author_id=row["author_id"] if readable else None,
        source=row["source"] if readable else None,
        html=rendered(row["html"], row["renderer"], row["source"], row["mention_handles"]) if readable else None,
        mentioned_ids=row["mention_ids"] if readable else (),
        written_at=row["written_at"],
        edited_at=row["edited_at"] if readable else None,
        removed_at=row["removed_at"],
        removed_by=row["removed_by"] if readable else None,
        removal_reason=row["removal_reason"] if readable else None,
    )


IDS = "ids"


@lru_cache(REMEMBERED)
def _among(sight: Sight, company: Company) -> Statement:
    question = Question()
    question.require(f"c.id = any({question.unplanned(IDS, 'uuid[]')})")
    sight.posts(question)
    sight.comments(question)
    columns, joined = company.beside(len(question.arguments))
    return question.statement(
        f"select {COLUMNS}{columns} from posts_comment c join posts_post p on p.id = c.post_id{joined}"
        f" where {question.met}"
    )


@lru_cache(REMEMBERED)
def _under(sight: Sight, column: str, page: PageRequest, company: Company) -> Statement:
    """Answers to a post, where `column` is its id; else replies to a comment."""
    question = Question()
    if column == "post_id":
        question.require("c.parent_id is null")
    sight.comments(question)
    parents = question.unplanned(IDS, "uuid[]")
    question.require(f"c.{column} = parent.id")
    direction, limit = question.window("c.id", page, newest_first=False)
    columns, joined = company.beside(len(question.arguments))
    return question.statement(
        f"select {COLUMNS}{columns} from unnest({parents}) parent(id) cross join lateral ("
        f" select c.* from posts_comment c where {question.met} order by c.id {direction} {limit}"
        f") c{joined} order by c.id {direction}"
    )
