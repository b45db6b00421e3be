"""Every state in which an item was saved: for editors alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor
from community.content import policy
from community.content.rules.access import Terms
from community.content.rules.bodies import Part
from community.database import Question
from community.kernel.errors import NotFound
from community.kernel.pages import Page, PageRequest, page_of

SHAPE = (int, UUID)
"""What the cursors of revisions carry."""

COLUMNS = (
    "r.id, r.item_id, r.number, r.title, r.summary, r.body, r.parts::text as parts, r.cover_id, r.media_ids,"
    " r.terms::text as terms, r.topic_ids, r.series_id, r.series_position, r.note, r.editor_id, r.saved_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView:
    """An item as it was saved once, with everything behind its walls."""

    id: UUID
    item_id: UUID
    number: int
    title: str
    summary: str
    body: str
    parts: Sequence[Part]
    cover_id: UUID | None
    media_ids: Sequence[UUID]
    terms: Terms
    topic_ids: Sequence[UUID]
    series_id: UUID | None
    series_position: int | None
    note: str
    editor_id: UUID | None
    saved_at: datetime


async def revisions_by_ids(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, RevisionView]:
    """The revisions among `ids`; none for whoever is no editor."""
    if not policy.is_editor(actor):
        return {}
    rows = await database.fetch(f"select {COLUMNS} from content_revision r where r.id = any($1)", list(set(ids)))
    return {row["id"]: _view(row) for row in rows}


async def revisions_of(actor: Actor, item_ids: Sequence[UUID], page: PageRequest) -> list[Page[RevisionView] | None]:
    """The same page of each item's revisions, the last one first; None for whoever is no editor. One statement."""
    if not policy.is_editor(actor):
        return [None for _ in item_ids]
    question = Question()
    question.require("r.item_id = item.id")
    items = question.argument(list(set(item_ids)))
    for bound, comparison in ((page.after, "<"), (page.before, ">")):
        if bound:
            question.require(f"(r.number, r.id) {comparison} ({{}}, {{}})", *bound)
    direction = "asc" if page.backward else "desc"
    rows = await database.fetch(
        f"select r.* from unnest({items}::uuid[]) item(id) cross join lateral ("
        f" select {COLUMNS} from content_revision r where {question.met}"
        f" order by r.number {direction}, r.id {direction} limit {page.size + 1}"
        f") r order by r.number {direction}",
        *question.arguments,
    )
    found: dict[UUID, list[RevisionView]] = {item_id: [] for item_id in item_ids}
    for row in rows:
        found[row["item_id"]].append(_view(row))
    return [page_of(found[item_id], page, lambda each: (each.number, each.id)) for item_id in item_ids]


async def revision(item_id: UUID, number: int) -> RevisionView:
    """One revision, for verbs that have asked who wants it. Raises NotFound."""
    row = await database.fetch_one(
        f"select {COLUMNS} from content_revision r where r.item_id = $1 and r.number = $2", item_id, number
    )
    if row is None:
        raise NotFound("ContentRevision")
    return _view(row)


def _view(row: Mapping[str, Any]) -> RevisionView:
    values = dict(row)
    parts = tuple(map(Part.of_json, orjson.loads(values.pop("parts"))))
    return RevisionView(**values | {"parts": parts, "terms": Terms.of_json(orjson.loads(values["terms"]))})
