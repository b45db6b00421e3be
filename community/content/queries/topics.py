"""Topics and series: by id, by slug, and which topics a member subscribed to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor
from community.database import Question
from community.kernel.along import NOTHING, Along, Companion
from community.kernel.messages import DEFAULT_LOCALE
from community.kernel.pages import Page, PageRequest, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    """What items are about, with its name in each language there is."""

    id: UUID
    slug: str
    names: Mapping[str, str]

    def name(self, locale: str) -> str:
        """Its name in this language, or in the one that every name has."""
        return self.names.get(locale) or self.names.get(DEFAULT_LOCALE) or next(iter(self.names.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesView(TopicView):
    """Items in an order."""


Named = TypeVar("Named", bound=TopicView)


async def topics_by_ids(ids: Iterable[UUID], along: Along = NOTHING) -> dict[UUID, TopicView]:
    """The topics among `ids`. No statement for those that came along as `TOPIC`."""
    return await _by_ids(TOPIC, TopicView, "content_topic", ids, along)


async def series_by_ids(ids: Iterable[UUID], along: Along = NOTHING) -> dict[UUID, SeriesView]:
    """The series among `ids`. No statement for those that came along as `SERIES`."""
    return await _by_ids(SERIES, SeriesView, "content_series", ids, along)


async def topic_by_slug(slug: str) -> TopicView | None:
    """The topic under this slug."""
    row = await database.fetch_one("select id, slug, names::text as names from content_topic where slug = $1", slug)
    return TopicView(**_named(row)) if row else None


async def series_by_slug(slug: str) -> SeriesView | None:
    """The series under this slug."""
    row = await database.fetch_one("select id, slug, names::text as names from content_series where slug = $1", slug)
    return SeriesView(**_named(row)) if row else None


async def topics(page: PageRequest) -> Page[TopicView]:
    """A page of all topics, in the order they were made."""
    question = Question()
    direction, limit = question.window("id", page, newest_first=False)
    rows = await database.fetch(
        "select id, slug, names::text as names from content_topic"
        f" where {question.met} order by id {direction} {limit}",
        *question.arguments,
    )
    return page_of([TopicView(**_named(row)) for row in rows], page, lambda topic: (topic.id,))


async def subscribed_among(actor: Actor, topic_ids: Sequence[UUID]) -> set[UUID]:
    """The topics among these to which the actor subscribed."""
    if actor.member_id is None:
        return set()
    rows = await database.fetch(
        "select topic_id from content_subscription where member_id = $1 and topic_id = any($2)",
        actor.member_id,
        list(set(topic_ids)),
    )
    return {row["topic_id"] for row in rows}


async def _by_ids(
    companion: Companion[Named], kind: type[Named], table: str, ids: Iterable[UUID], along: Along
) -> dict[UUID, Named]:
    async def read(missing: list[UUID]) -> dict[UUID, Named]:
        rows = await database.fetch(f"select id, slug, names::text as names from {table} where id = any($1)", missing)
        return {row["id"]: kind(**_named(row)) for row in rows}

    return await along.found(companion, ids, read)


def _beside(kind: type[Named], table: str) -> Companion[Named]:
    def read(id: UUID, slug: str, names: str) -> Named:
        return kind(id=id, slug=slug, names=orjson.loads(names))

    return Companion(f"{table} where id = {{}}".format, read, ("id", "slug", "names::text"))


TOPIC = _beside(TopicView, "content_topic")
"""A topic, for the statement that reads what is about it."""

SERIES = _beside(SeriesView, "content_series")
"""A series, for the statement that reads what belongs to it."""


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict(row), "names": orjson.loads(row["names"])}
