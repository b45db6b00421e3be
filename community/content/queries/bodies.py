"""What stands in items, as far as the viewer may read it: the one place where text behind walls is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.content.queries.items import ContentView
from community.content.queries.media import MediaView, linked
from community.content.queries.viewers import viewer_for
from community.content.rules import markdown
from community.content.rules.access import EVERYBODY, Access, Terms, Viewer, decide, decide_block
from community.content.rules.bodies import Part, Place
from community.kernel import clock

READING_SPEED = 400
"""Characters a minute, which fits Chinese; Latin letters count for a fifth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """A part of a body: its text, or the reason why not."""

    place: Place
    access: Access
    source: str | None = None
    html: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyView:
    """What the viewer may read and see of an item. `is_whole`: nothing was kept back."""

    parts: Sequence[PartView]
    media: Sequence[MediaView]

    @property
    def is_whole(self) -> bool:
        """Whether every part is there."""
        return all(part.access.granted for part in self.parts)

    @property
    def html(self) -> str:
        """All parts that are there."""
        return "\n".join(part.html for part in self.parts if part.html is not None)


async def bodies(seen: Sequence[ContentView]) -> dict[UUID, BodyView]:
    """The bodies of these items for whoever they were read for. Two statements; two more if a gate needs them.

    Decided once more, with the terms that stand beside the text: what was published a moment ago between the reading of
    the item and of its body is not shown under the terms that were.
    """
    if not seen:
        return {}
    rows = await database.fetch(
        "select id, status, terms::text as terms, parts::text as parts, media_ids from content_item where id = any($1)",
        list({view.id for view in seen}),
    )
    found = {row["id"]: _Stored.of(row) for row in rows}
    gates = [part.gate for stored in found.values() for part in stored.parts if part.gate]
    viewer = await viewer_for(seen[0].viewer, (stored.terms for stored in found.values()), gates)
    readable = {item_id: _readable(item_id, stored, viewer) for item_id, stored in found.items()}
    media = await linked((media_id for each in readable.values() for media_id in each.media_ids), clock.now())
    return {item_id: each.shown(media) for item_id, each in readable.items()}


@dataclass(frozen=True, slots=True)
class _Stored:
    """What a row holds."""

    is_listed: bool
    terms: Terms
    parts: tuple[Part, ...]
    media_ids: Sequence[UUID]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "_Stored":
        return cls(
            row["status"] == "published",
            Terms.of_json(orjson.loads(row["terms"])),
            tuple(map(Part.of_json, orjson.loads(row["parts"]))),
            row["media_ids"],
        )


@dataclass(frozen=True, slots=True)
class _Readable:
    """What the viewer may read, before its pictures have addresses."""

    parts: Sequence[tuple[Part, Access]]
    attached: Sequence[UUID]

    @property
    def media_ids(self) -> list[UUID]:
        inside = [UUID(each) for part, access in self.parts if access.granted for each in part.media_ids]
        return [*self.attached, *inside]

    def shown(self, media: Mapping[UUID, MediaView]) -> BodyView:
        addresses = {str(media_id): view.url for media_id, view in media.items()}
        return BodyView(
            parts=[
                PartView(
                    place=part.place,
                    access=access,
                    source=part.source if access.granted else None,
                    html=markdown.with_addresses(part.html, addresses) if access.granted else None,
                )
                for part, access in self.parts
            ],
            media=[media[each] for each in self.attached if each in media],
        )


def _readable(item_id: UUID, stored: _Stored, viewer: Viewer) -> _Readable:
    if not (stored.is_listed or viewer.is_editor):
        return _Readable([], [])
    wall = decide(item_id, stored.terms, viewer)
    parts = [(part, _access(item_id, part, wall, viewer)) for part in stored.parts]
    return _Readable(parts, stored.media_ids if wall.granted else [])


def _access(item_id: UUID, part: Part, wall: Access, viewer: Viewer) -> Access:
    """A gate behind the wall opens only to who came through the wall."""
    if part.place is Place.WALLED and not wall.granted:
        return wall
    if part.gate is not None:
        return decide_block(item_id, part.gate, viewer)
    return wall if part.place is Place.WALLED else decide_block(item_id, EVERYBODY, viewer)


def reading_minutes(body: BodyView) -> int | None:
    """How long it takes to read; None where something was kept back, whose length is nobody's business."""
    if not body.is_whole:
        return None
    text = markdown.text_of(body.html)
    length = sum(1 if c > "\u2e80" else 0.2 for c in text)
    return max(1, round(length / READING_SPEED))
