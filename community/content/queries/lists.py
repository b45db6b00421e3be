"""Lists of what is published: the latest, by topic, in a series, by what it says, related, kept for later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.content import policy
from community.content.queries.items import COLUMNS, LISTED, ContentView, views, views_for
from community.content.rules.life import Kind, Status
from community.database import Question
from community.kernel import search
from community.kernel.along import NOTHING, Along
from community.kernel.errors import BadInput
from community.kernel.pages import Page, PageRequest, page_of

LATEST_SHAPE = (datetime, UUID)
"""What the cursors of lists carry that are ordered by when items were published."""

SERIES_SHAPE = (int, UUID)
"""What the cursors of a series carry."""

MAX_QUERY_LENGTH = 100
MAX_RELATED = 12
LOOKED_THROUGH = 200
"""Related items are the nearest among so many of the newest that have something in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which items. None leaves it open."""

    kind: Kind | None = None
    locale: str | None = None
    topic_id: UUID | None = None


EVERYTHING = Filter()


async def latest(
    actor: Actor, page: PageRequest, which: Filter = EVERYTHING, along: Along = NOTHING
) -> Page[ContentView]:
    """A page of what is published, newest first."""
    return await _by_time(actor, _listed(which), page, along)


async def matching(
    actor: Actor, query: str, page: PageRequest, which: Filter = EVERYTHING, along: Along = NOTHING
) -> Page[ContentView]:
    """A page of what says this in its title, its summary or before its wall, newest first. Raises BadInput.

    Nothing that anybody would have to unlock is searched, for nobody: a hit would tell that it is there.
    """
    if len(query) > MAX_QUERY_LENGTH:
        raise BadInput("query", "Search for at most {limit} characters.", MAX_QUERY_LENGTH)
    asked = search.question_of(query)
    if asked is None:
        raise BadInput("query", "Search for at least one letter or digit.")
    question = _listed(which)
    question.require("i.words @@ {}::text::tsquery", asked)
    return await _by_time(actor, question, page, along)


async def in_topics(actor: Actor, topic_ids: Sequence[UUID], page: PageRequest) -> list[Page[ContentView]]:
    """The same page of each topic, newest first. One statement."""
    question = _listed(EVERYTHING)
    question.require("i.topic_ids @> array[topic.id]")
    topics = question.argument(list(set(topic_ids)))
    direction, limit = _window(question, page)
    rows = await database.fetch(
        f"select topic.id as owner_id, i.* from unnest({topics}::uuid[]) topic(id) cross join lateral ("
        f" select {COLUMNS} from content_item i where {question.met}"
        f" order by i.published_at {direction}, i.id {direction} {limit}"
        f") i order by i.published_at {direction}, i.id {direction}",
        *question.arguments,
    )
    return await _pages(actor, rows, topic_ids, page, _latest_key)


async def in_series(actor: Actor, series_ids: Sequence[UUID], page: PageRequest) -> list[Page[ContentView]]:
    """The same page of each series, in its order. One statement."""
    question = _listed(EVERYTHING)
    question.require("i.series_id = series.id")
    series = question.argument(list(set(series_ids)))
    for bound, comparison in ((page.after, ">"), (page.before, "<")):
        if bound:
            question.require(f"(i.series_position, i.id) {comparison} ({{}}, {{}})", *bound)
    direction = "desc" if page.backward else "asc"
    rows = await database.fetch(
        f"select series.id as owner_id, i.* from unnest({series}::uuid[]) series(id) cross join lateral ("
        f" select {COLUMNS} from content_item i where {question.met}"
        f" order by i.series_position {direction}, i.id {direction} limit {page.size + 1}"
        f") i order by i.series_position {direction}, i.id {direction}",
        *question.arguments,
    )
    return await _pages(actor, rows, series_ids, page, lambda view: (view.series_position, view.id))


async def related(seen: Sequence[ContentView], size: int) -> list[list[ContentView]]:
    """What is nearest to each item: of its series, then of as many of its topics as possible, newest first.

    One statement, for whoever the items were read for.
    """
    if not 0 <= size <= MAX_RELATED:
        raise BadInput("size", "A page holds 0 to {limit} items.", MAX_RELATED)
    if not seen:
        return []
    rows = await database.fetch(_RELATED, list({view.id for view in seen}), size)
    found: dict[UUID, list[ContentView]] = {view.id: [] for view in seen}
    for row, view in zip(rows, await views_for(seen[0].viewer, rows), strict=True):
        found[row["owner_id"]].append(view)
    return [found[view.id] for view in seen]


async def bookmarked(actor: Actor, page: PageRequest, along: Along = NOTHING) -> Page[ContentView]:
    """A page of what the member keeps for later, kept last first. What was archived is not shown."""
    question = Question()
    question.require("b.member_id = {}", require_member(actor))
    question.require(LISTED)
    direction, limit = question.window("b.id", page, newest_first=True)
    theirs = (
        "select b.id as bookmark_id, i.* from content_bookmark b join content_item i on i.id = b.item_id"
        f" where {question.met} order by b.id {direction} {limit}"
    )
    columns = f"{COLUMNS}, i.bookmark_id{along.columns(question)}"
    rows = await database.fetch(
        f"select {columns} from ({theirs}) i{along.joined} order by i.bookmark_id {direction}", *question.arguments
    )
    along.keep(rows)
    kept = dict(zip((row["id"] for row in rows), (row["bookmark_id"] for row in rows), strict=True))
    return page_of(await views(actor, rows), page, lambda view: (kept[view.id],))


async def desk(actor: Actor, page: PageRequest, status: Status | None = None) -> Page[ContentView]:
    """A page of everything there is, begun last first: for editors. Raises Unauthenticated or Forbidden."""
    policy.require_editor(actor)
    question = Question()
    if status is not None:
        question.require("i.status = {}", status.value)
    direction, limit = question.window("i.id", page, newest_first=True)
    rows = await database.fetch(
        f"select {COLUMNS} from content_item i where {question.met} order by i.id {direction} {limit}",
        *question.arguments,
    )
    return page_of(await views(actor, rows), page, lambda view: (view.id,))


def _listed(which: Filter) -> Question:
    question = Question()
    question.require(LISTED)
    if which.kind is not None:
        question.require("i.kind = {}", which.kind.value)
    if which.locale is not None:
        question.require("i.locale = {}", which.locale)
    if which.topic_id is not None:
        question.require("i.topic_ids @> array[{}::uuid]", which.topic_id)
    return question


def _window(question: Question, page: PageRequest) -> tuple[str, str]:
    """Keep to the page in the order of time, newest first."""
    for bound, comparison in ((page.after, "<"), (page.before, ">")):
        if bound:
            question.require(f"(i.published_at, i.id) {comparison} ({{}}, {{}})", *bound)
    return "asc" if page.backward else "desc", f"limit {page.size + 1}"


async def _by_time(actor: Actor, question: Question, page: PageRequest, along: Along) -> Page[ContentView]:
    direction, limit = _window(question, page)
    order = f"order by i.published_at {direction}, i.id {direction}"
    theirs = f"select i.* from content_item i where {question.met} {order} {limit}"
    columns = COLUMNS + along.columns(question)
    rows = await database.fetch(f"select {columns} from ({theirs}) i{along.joined} {order}", *question.arguments)
    along.keep(rows)
    return page_of(await views(actor, rows), page, _latest_key)


async def _pages(
    actor: Actor, rows: Sequence[Mapping[str, Any]], owner_ids: Sequence[UUID], page: PageRequest, key: Any
) -> list[Page[ContentView]]:
    """A page for each owner from the rows of all."""
    found: dict[UUID, list[ContentView]] = {owner_id: [] for owner_id in owner_ids}
    for row, view in zip(rows, await views(actor, rows), strict=True):
        found[row["owner_id"]].append(view)
    return [page_of(found[owner_id], page, key) for owner_id in owner_ids]


def _latest_key(view: ContentView) -> tuple[datetime | None, UUID]:
    return view.published_at, view.id


_RELATED = f"""
    select source.id as owner_id, i.*
    from content_item source cross join lateral (
        select {COLUMNS}, (i.series_id is not distinct from source.series_id and i.series_id is not null) as is_next,
            cardinality(array(select unnest(i.topic_ids) intersect select unnest(source.topic_ids))) as shared
        from (
            select * from content_item near
            where near.status = 'published' and near.id <> source.id and near.locale = source.locale
                and (near.topic_ids && source.topic_ids or near.series_id = source.series_id)
            order by near.published_at desc, near.id desc limit {LOOKED_THROUGH}
        ) i
        order by is_next desc, shared desc, i.published_at desc, i.id desc limit $2
    ) i
    where source.id = any($1)
    order by i.is_next desc, i.shared desc, i.published_at desc, i.id desc
"""
