"""Items as an actor sees them: what everybody may know of each, and the answer to whether they see the rest.

Nothing behind a wall is read here; `bodies` reads it, with the terms of the same moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson

from community import database
from community.access.policy import Actor
from community.content import policy
from community.content.queries.viewers import viewer_for, viewer_of
from community.content.rules.access import Access, Terms, Viewer, decide
from community.content.rules.life import Kind, Status
from community.database import Question
from community.kernel.along import NOTHING, Along, Companion, Company
from community.kernel.errors import NotFound

COLUMNS = (
    "i.id, i.kind, i.locale, i.slug, i.status, i.revision, i.published_revision, i.title, i.summary, i.cover_id,"
    " i.terms::text as terms, i.topic_ids, i.series_id, i.series_position, i.created_by, i.created_at, i.saved_at,"
    " i.publish_at, i.published_at"
)

LISTED = "i.status = 'published'"
"""What lists show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentView:
    """What may be known of an item by whoever finds it, and whether the viewer sees the rest."""

    id: UUID
    kind: Kind
    locale: str
    slug: str
    status: Status
    revision: int
    published_revision: int | None
    title: str
    summary: str
    cover_id: UUID | None
    topic_ids: Sequence[UUID]
    series_id: UUID | None
    series_position: int | None
    created_by: UUID
    created_at: datetime
    saved_at: datetime
    publish_at: datetime | None
    published_at: datetime | None
    terms: Terms
    access: Access
    viewer: Viewer

    @classmethod
    def of(cls, row: Any, viewer: Viewer) -> Self:
        """The item in a row of `COLUMNS`, as the viewer sees it."""
        values = {name: value for name, value in dict(row).items() if name in _COLUMNS}
        terms = Terms.of_json(orjson.loads(values.pop("terms")))
        kind, status = Kind(values.pop("kind")), Status(values.pop("status"))
        access = decide(row["id"], terms, viewer)
        return cls(**values, kind=kind, status=status, terms=terms, access=access, viewer=viewer)


_COLUMNS = frozenset(column.split()[-1].removeprefix("i.") for column in COLUMNS.split(","))


def company(
    *,
    of_items: Iterable[Companion[Any]] = (),
    of_covers: Iterable[Companion[Any]] = (),
    of_series: Iterable[Companion[Any]] = (),
    of_topics: Iterable[Companion[Any]] = (),
) -> Company:
    """Who comes along with items: about each itself, its cover, its series, its topics."""
    one = {"i.id": of_items, "i.cover_id": of_covers, "i.series_id": of_series}
    return Company.of(one, each={"i.topic_ids": of_topics}, own=COLUMNS)


async def views(actor: Actor, rows: Iterable[Any]) -> list[ContentView]:
    """The items in rows of `COLUMNS`, in their order, as the actor sees them."""
    found = list(rows)
    viewer = await viewer_of(actor, (Terms.of_json(orjson.loads(row["terms"])) for row in found))
    return [ContentView.of(row, viewer) for row in found]


async def views_for(viewer: Viewer, rows: Iterable[Any]) -> list[ContentView]:
    """The items in rows of `COLUMNS`, in their order, for somebody who looks at another item already."""
    found = list(rows)
    viewer = await viewer_for(viewer, (Terms.of_json(orjson.loads(row["terms"])) for row in found), [])
    return [ContentView.of(row, viewer) for row in found]


async def items(actor: Actor, ids: Iterable[UUID], along: Along = NOTHING) -> dict[UUID, ContentView]:
    """The items among `ids` that the actor may find. Editors find drafts and what is archived, too."""
    question = _findable(actor)
    question.require(f"i.id = any({question.unplanned(list(set(ids)), 'uuid[]')})")
    rows = await _read(question, along)
    return {view.id: view for view in await views(actor, rows)}


async def item(actor: Actor, item_id: UUID) -> ContentView:
    """One item. Raises NotFound where there is none that the actor may find."""
    found = (await items(actor, [item_id])).get(item_id)
    if found is None:
        raise NotFound("Content")
    return found


async def item_by_slug(actor: Actor, slug: str, along: Along = NOTHING) -> ContentView | None:
    """The item under this slug, if the actor may find it."""
    question = _findable(actor)
    question.require("i.slug = {}", slug)
    return next(iter(await views(actor, await _read(question, along))), None)


async def _read(question: Question, along: Along) -> list[asyncpg.Record]:
    columns = COLUMNS + along.columns(question)
    rows = await database.fetch(
        f"select {columns} from content_item i{along.joined} where {question.met}", *question.arguments
    )
    along.keep(rows)
    return rows


def _findable(actor: Actor) -> Question:
    question = Question()
    if not policy.is_editor(actor):
        question.require(LISTED)
    return question
