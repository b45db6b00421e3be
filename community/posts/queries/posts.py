"""Posts as an actor sees them: by id, in feeds, by what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID

import asyncpg

from community import database
from community.access.policy import Actor, require_member
from community.database import Question
from community.kernel import search
from community.kernel.along import NOTHING, Along
from community.kernel.errors import BadInput, NotFound
from community.kernel.pages import Page, PageRequest, page_of
from community.members import queries as members
from community.posts.queries.sight import visible_to
from community.posts.rules import limits
from community.posts.rules.hashtags import hashtag_id
from community.posts.rules.markdown import rendered

COLUMNS = (
    "p.id, p.author_id, p.source, p.html, p.renderer, p.hashtags, p.mention_handles, p.mention_ids, p.written_at,"
    " p.edited_at, p.removed_at, p.removed_by, p.removal_reason"
)

TAGGED = "posts_tagging tagging cross join lateral (select * from posts_post where id = tagging.post_id offset 0) p"
"""The posts of a hashtag, each looked up when its turn comes. A join would, for a hashtag that PostgreSQL takes for a
frequent one, walk through all posts instead."""


class PostView(NamedTuple):
    """A post, as the columns of its row. `hashtags` are names."""

    id: UUID
    author_id: UUID
    source: str
    kept_html: str
    renderer: int
    hashtags: Sequence[str]
    mention_handles: Sequence[str]
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

    @property
    def html(self) -> str:
        """What it says, safe to show as it is."""
        return rendered(self.kept_html, self.renderer, self.source, self.mention_handles)

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        """The post in a row that begins with `COLUMNS`."""
        return cls._make(row[: len(cls._fields)])


@dataclass(frozen=True, slots=True)
class Writing:
    """A post for another area that judges it: what it says, and what it said when it began to count."""

    id: UUID
    author_id: UUID
    source: str
    counted: str
    written_at: datetime
    edited_at: datetime | None
    is_removed: bool


class Order(StrEnum):
    """The order of a list of posts. The UUIDv7 of a post is the moment it was written."""

    NEWEST_FIRST = "newest_first"
    OLDEST_FIRST = "oldest_first"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which posts: of one author, with one hashtag (its name). None leaves it open."""

    author_id: UUID | None = None
    hashtag: str | None = None


EVERYTHING = Filter()


async def posts(actor: Actor, ids: Sequence[UUID], along: Along = NOTHING) -> dict[UUID, PostView]:
    """The posts among `ids` that the actor may see."""
    question = Question()
    question.require(f"p.id = any({question.unplanned(list(ids), 'uuid[]')})")
    visible_to(actor).posts(question)
    columns = COLUMNS + along.columns(question)
    rows = await database.fetch(
        f"select {columns} from posts_post p{along.joined} where {question.met}", *question.arguments
    )
    along.keep(rows)
    return {row["id"]: PostView.of(row) for row in rows}


async def post(actor: Actor, post_id: UUID, along: Along = NOTHING) -> PostView:
    """One post. Raises NotFound where there is none that the actor may see."""
    found = (await posts(actor, [post_id], along)).get(post_id)
    if found is None:
        raise NotFound("Post")
    return found


async def writing(post_id: UUID, grace: timedelta) -> Writing | None:
    """A post, whoever may see it; `counted` is what it said so long after it was written, or says if that is later."""
    row = await database.fetch_one(
        "select p.id, p.author_id, p.source, coalesce((select revision.source from posts_revision revision"
        " where revision.subject_id = p.id and revision.replaced_at > p.written_at + $2::interval"
        " order by revision.replaced_at limit 1), p.source) as counted,"
        " p.written_at, p.edited_at, p.removed_at is not null as is_removed from posts_post p where p.id = $1",
        post_id,
        grace,
    )
    return Writing(**row) if row else None


async def feed(
    actor: Actor,
    page: PageRequest,
    which: Filter = EVERYTHING,
    order: Order = Order.NEWEST_FIRST,
    along: Along = NOTHING,
) -> Page[PostView]:
    """A page of the posts that stand."""
    question, table, key = _standing(actor), "posts_post p", "p.id"
    if which.hashtag is not None:
        table, key = TAGGED, "tagging.post_id"
        question.require("tagging.hashtag_id = {}", hashtag_id(which.hashtag))
    if which.author_id is not None:
        question.require("p.author_id = {}", which.author_id)
    return await _page(question, table, key, page, order, along)


async def tagged(
    actor: Actor, hashtag_ids: Sequence[UUID], page: PageRequest, along: Along = NOTHING
) -> list[Page[PostView]]:
    """The same page of the posts that stand under each of these hashtags, newest first. One statement."""
    question = _standing(actor)
    question.require("tagging.hashtag_id = tag.id")
    tags = question.unplanned(list(set(hashtag_ids)), "uuid[]")
    direction, limit = question.window("tagging.post_id", page, newest_first=True)
    met, columns = question.met, f"{COLUMNS}, tag.id as hashtag_id{along.columns(question)}"
    rows = await database.fetch(
        f"select {columns} from unnest({tags}) tag(id) cross join lateral ("
        f" select p.* from {TAGGED} where {met} order by tagging.post_id {direction} {limit}"
        f") p{along.joined} order by p.id {direction}",
        *question.arguments,
    )
    along.keep(rows)
    found: dict[UUID, list[PostView]] = {hashtag_id: [] for hashtag_id in hashtag_ids}
    for row in rows:
        found[row["hashtag_id"]].append(PostView.of(row))
    return [page_of(found[hashtag_id], page, _key) for hashtag_id in hashtag_ids]


async def home(actor: Actor, page: PageRequest, along: Along = NOTHING) -> Page[PostView]:
    """A page of what the member and those they follow wrote; for who follows nobody, of what everybody wrote."""
    question = _standing(actor)
    question.require("p.author_id = author.id")
    me = question.argument(require_member(actor))
    followed = members.FOLLOWED_BY.format(member=f"{me}::uuid")
    direction, limit = question.window("p.id", page, newest_first=True)
    # Each author's newest are read from the end of the index: the cost follows the authors and not what they wrote.
    theirs = (
        f"select p.* from ({followed} union all select {me}::uuid) author(id) cross join lateral ("
        f" select p.* from posts_post p where {question.met} order by p.id {direction} {limit}"
        f") p order by p.id {direction} {limit}"
    )
    columns = f"{COLUMNS}, who.follows{along.columns(question)}"
    rows = await database.fetch(
        f"select {columns} from (select exists ({followed}) as follows) who"
        f" left join lateral ({theirs}) p on who.follows{along.joined} order by p.id {direction}",
        *question.arguments,
    )
    if not rows[0]["follows"]:
        return await feed(actor, page, along=along)
    shown = [row for row in rows if row["id"]]
    along.keep(shown)
    return page_of([PostView.of(row) for row in shown], page, _key)


async def matching(actor: Actor, query: str, page: PageRequest, along: Along = NOTHING) -> Page[PostView]:
    """A page of the posts that stand and say what was asked for, newest first. Raises BadInput; see `kernel.search`."""
    if len(query) > limits.MAX_QUERY_LENGTH:
        raise BadInput("query", "Search for at most {limit} characters.", limits.MAX_QUERY_LENGTH)
    asked = search.question_of(query)
    if asked is None:
        raise BadInput("query", "Search for at least one letter or digit.")
    question = _standing(actor)
    question.require("p.words @@ {}::text::tsquery", asked)
    return await _page(question, "posts_post p", "p.id", page, Order.NEWEST_FIRST, along)


def _standing(actor: Actor) -> Question:
    """For the posts that stand, among those that the actor may see."""
    question = Question()
    question.require("p.removed_at is null")
    visible_to(actor).posts(question)
    return question


async def _page(
    question: Question, table: str, key: str, page: PageRequest, order: Order, along: Along
) -> Page[PostView]:
    direction, limit = question.window(key, page, newest_first=order is Order.NEWEST_FIRST)
    theirs = f"select {COLUMNS} from {table} where {question.met} order by {key} {direction} {limit}"
    return await _shown(theirs, direction, question, page, along)


async def _shown(chosen: str, direction: str, question: Question, page: PageRequest, along: Along) -> Page[PostView]:
    """The page that the statement `chosen` makes, and what comes along with its posts alone."""
    columns = COLUMNS + along.columns(question)
    rows = await database.fetch(
        f"select {columns} from ({chosen}) p{along.joined} order by p.id {direction}", *question.arguments
    )
    along.keep(rows)
    return page_of([PostView.of(row) for row in rows], page, _key)


def _key(post: PostView) -> tuple[UUID]:
    return (post.id,)
