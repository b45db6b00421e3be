"""Posts as an actor sees them: by id, in feeds, by what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.database import Question, Statement
from community.kernel import search
from community.kernel.along import NOTHING, REMEMBERED, Along, Company
from community.kernel.errors import BadInput, NotFound
from community.kernel.pages import Page, PageRequest, page_of
from community.members import queries as members
from community.posts.queries.sight import ME, Sight, sight_of
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
    statement = _among(sight_of(actor), along.company)
    found = await _read(statement, {IDS: list(ids), ME: actor.member_id}, along)
    return {post.id: post for post in found}


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
    by, tag = which.author_id, which.hashtag
    chosen = Chosen(by is not None, tag is not None, newest_first=order is Order.NEWEST_FIRST)
    statement = _standing(sight_of(actor), chosen, page.named, along.company)
    values = {ME: actor.member_id, AUTHOR: by, HASHTAG: tag and hashtag_id(tag), **page.values}
    return page_of(await _read(statement, values, along), page, _key)


async def matching(actor: Actor, query: str, page: PageRequest, along: Along = NOTHING) -> Page[PostView]:
    """A page of the posts that stand and say what was asked for, newest first. Raises BadInput; see `kernel.search`."""
    if len(query) > limits.MAX_QUERY_LENGTH:
        raise BadInput("query", "Search for at most {limit} characters.", limits.MAX_QUERY_LENGTH)
    asked = search.question_of(query)
    if asked is None:
        raise BadInput("query", "Search for at least one letter or digit.")
    statement = _standing(sight_of(actor), Chosen(by_words=True), page.named, along.company)
    values = {ME: actor.member_id, WORDS: asked, **page.values}
    return page_of(await _read(statement, values, along), page, _key)


async def tagged(
    actor: Actor, hashtag_ids: Sequence[UUID], page: PageRequest, along: Along = NOTHING
) -> list[Page[PostView]]:
    """The same page of the posts that stand under each of these hashtags, newest first. One statement."""
    statement = _tagged(sight_of(actor), page.named, along.company)
    values = {ME: actor.member_id, IDS: list(set(hashtag_ids)), **page.values}
    rows = await database.fetch(statement.sql, *statement.given(values, along))
    along.keep(rows)
    found: dict[UUID, list[PostView]] = {hashtag_id: [] for hashtag_id in hashtag_ids}
    for row, post in zip(rows, database.views_of(PostView, rows), strict=True):
        found[row["hashtag_id"]].append(post)
    return [page_of(found[hashtag_id], page, _key) for hashtag_id in hashtag_ids]


async def home(actor: Actor, page: PageRequest, along: Along = NOTHING) -> Page[PostView]:
    """A page of what the member and those they follow wrote; for who follows nobody, of what everybody wrote."""
    statement = _home(sight_of(actor), page.named, along.company)
    values = {ME: require_member(actor), **page.values}
    rows = await database.fetch(statement.sql, *statement.given(values, along))
    if not rows[0]["follows"]:
        return await feed(actor, page, along=along)
    shown = [row for row in rows if row["id"]]
    along.keep(shown)
    return page_of(database.views_of(PostView, shown), page, _key)


async def _read(statement: Statement, values: Mapping[str, Any], along: Along) -> list[PostView]:
    """The posts that a statement of `COLUMNS` finds, and what comes along with them."""
    rows = await database.fetch(statement.sql, *statement.given(values, along))
    along.keep(rows)
    return database.views_of(PostView, rows)


def _key(post: PostView) -> tuple[UUID]:
    return (post.id,)


IDS, AUTHOR, HASHTAG, WORDS = "ids", "author", "hashtag", "words"


@lru_cache(REMEMBERED)
def _among(sight: Sight, company: Company) -> Statement:
    question = Question()
    question.require(f"p.id = any({question.unplanned(IDS, 'uuid[]')})")
    sight.posts(question)
    columns, joined = company.beside(len(question.arguments))
    return question.statement(f"select {COLUMNS}{columns} from posts_post p{joined} where {question.met}")


class Chosen(NamedTuple):
    """By what a statement chooses among the posts that stand, and whether the newest come first."""

    by_author: bool = False
    by_hashtag: bool = False
    by_words: bool = False
    newest_first: bool = True


@lru_cache(REMEMBERED)
def _standing(sight: Sight, chosen: Chosen, page: PageRequest, company: Company) -> Statement:
    """A page of posts; what comes along is read for them alone."""
    question, table, key = _of_those_that_stand(sight), "posts_post p", "p.id"
    if chosen.by_hashtag:
        table, key = TAGGED, "tagging.post_id"
        question.require("tagging.hashtag_id = {}", HASHTAG)
    if chosen.by_author:
        question.require("p.author_id = {}", AUTHOR)
    if chosen.by_words:
        question.require("p.words @@ {}::text::tsquery", WORDS)
    direction, limit = question.window(key, page, newest_first=chosen.newest_first)
    theirs = f"select {COLUMNS} from {table} where {question.met} order by {key} {direction} {limit}"
    columns, joined = company.beside(len(question.arguments))
    return question.statement(f"select {COLUMNS}{columns} from ({theirs}) p{joined} order by p.id {direction}")


@lru_cache(REMEMBERED)
def _tagged(sight: Sight, page: PageRequest, company: Company) -> Statement:
    question = _of_those_that_stand(sight)
    question.require("tagging.hashtag_id = tag.id")
    tags = question.unplanned(IDS, "uuid[]")
    direction, limit = question.window("tagging.post_id", page, newest_first=True)
    columns, joined = company.beside(len(question.arguments))
    return question.statement(
        f"select {COLUMNS}, tag.id as hashtag_id{columns} from unnest({tags}) tag(id) cross join lateral ("
        f" select p.* from {TAGGED} where {question.met} order by tagging.post_id {direction} {limit}"
        f") p{joined} order by p.id {direction}"
    )


@lru_cache(REMEMBERED)
def _home(sight: Sight, page: PageRequest, company: Company) -> Statement:
    question = _of_those_that_stand(sight)
    question.require("p.author_id = author.id")
    me = question.argument(ME)
    followed = members.FOLLOWED_BY.format(member=f"{me}::uuid")
    direction, limit = question.window("p.id", page, newest_first=True)
    # Each author's newest are read from the end of the index, and posts only of those that are shown: the cost follows
    # the authors, and neither what they wrote nor how far apart that lies.
    newest = (
        f"select newest.id from ({followed} union all select {me}::uuid) author(id) cross join lateral ("
        f" select p.id from posts_post p where {question.met} order by p.id {direction} {limit}"
        f") newest order by newest.id {direction} {limit}"
    )
    theirs = f"select p.* from ({newest}) newest join posts_post p on p.id = newest.id"
    columns, joined = company.beside(len(question.arguments))
    return question.statement(
        f"select {COLUMNS}, who.follows{columns} from (select exists ({followed}) as follows) who"
        f" left join lateral ({theirs}) p on who.follows{joined} order by p.id {direction}"
    )


def _of_those_that_stand(sight: Sight) -> Question:
    question = Question()
    question.require("p.removed_at is null")
    sight.posts(question)
    return question
